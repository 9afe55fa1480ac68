// Bad input over the whole program: one clear line, the documented exit code, nothing written.
#include <gtest/gtest.h>

#include "app/hand_made_model.hpp"
#include "app/run_program.hpp"

namespace burelu::test {
namespace {

constexpr const char* kOutputs = " --out out.json --report report.json --certificate out.cert --save-data used.csv";

struct Case {
  const char* name;
  const char* file;       ///< content of d.csv
  const char* arguments;  ///< after `burelu`
  int exit_code;
  const char* message;  ///< a part of the line
};

void PrintTo(const Case& bad, std::ostream* out) { *out << "burelu " << bad.arguments; }

class BadInput : public testing::TestWithParam<Case> {};

TEST_P(BadInput, OneLineOneCodeNoFile) {
  const Case& bad = GetParam();
  const ScratchFolder folder;
  folder.write("d.csv", bad.file);
  const Outcome outcome = run_burelu(folder, std::string(bad.arguments) + kOutputs);
  EXPECT_EQ(outcome.exit_code, bad.exit_code) << outcome.err;
  EXPECT_NE(outcome.err.find(bad.message), std::string::npos) << outcome.err;
  EXPECT_EQ(line_count(outcome.err), 1U) << outcome.err;
  EXPECT_EQ(outcome.err.rfind("burelu: ", 0), 0U) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(folder.files(), 1U);
}

constexpr const char* kGood = "x0,label\n1,a\n2,b\n-1,a\n";

INSTANTIATE_TEST_SUITE_P(
    Program, BadInput,
    testing::Values(
        Case{"no_rows", "x0,label\n", "train d.csv", 3, "d.csv has no rows"},
        Case{"empty_file", "", "train d.csv", 3, "d.csv is empty"},
        Case{"no_features", "label\na\nb\n", "train d.csv", 3, "no feature columns"},
        Case{"one_class", "x0,label\n1,a\n2,a\n", "train d.csv", 3, "one class only ('a')"},
        Case{"one_row_of_a_class", "x0,label\n1,a\n", "train d.csv", 3, "one class only"},
        Case{"nan", "x0,x1,label\n1,2,a\n1,nan,b\n", "train d.csv", 3, "d.csv:3:2: the value in column 'x1' is NaN"},
        Case{"infinity", "x0,label\n1,a\ninf,b\n", "train d.csv", 3, "d.csv:3:1: the value in column 'x0' is infinite"},
        Case{"missing", "x0,x1,label\n1,2,a\n1,,b\n", "train d.csv", 3, "d.csv:3:2: a value in column 'x1' is missing"},
        Case{"text", "x0,label\n1,a\ntwo,b\n", "train d.csv", 3, "d.csv:3:1: 'two' in column 'x0' is not a number"},
        Case{"huge", "x0,label\n1,a\n1e300,b\n", "train d.csv", 3, "d.csv:3:1: the magnitude of 1e+300"},
        Case{"huge_target", "x0,y0\n1,1\n1,1e300\n", "train d.csv", 3, "d.csv:3:2: the magnitude"},
        Case{"ragged", "x0,label\n1,a\n2\n", "train d.csv", 3, "d.csv:3: this row has 1 fields"},
        Case{"missing_class", "x0,label\n1,a\n2,\n", "train d.csv", 3, "d.csv:3:2: the class"},
        Case{"fractions_as_classes", "x0,z\n1,0.5\n2,0.7\n", "train d.csv", 3, "say --target z"},
        Case{"no_label", kGood, "train d.csv --label kind", 3, "no label column 'kind'; the header has x0, label"},
        Case{"no_target", kGood, "train d.csv --target q", 3, "no target column 'q'"},
        Case{"folder", kGood, "train .", 3, ". is a folder, not a file"},
        Case{"no_file", kGood, "train absent.csv", 3, "cannot read absent.csv"},
        Case{"builtin_name", kGood, "train builtin:helix", 3, "no such built-in data"},
        Case{"builtin_rows", kGood, "train 'builtin:spiral?n=0'", 3, "has no rows"},
        Case{"gamma_zero", kGood, "train d.csv --gamma 0", 2, "--gamma: '0' is not a finite number above 0"},
        Case{"gamma_negative", kGood, "train d.csv --gamma -0.1", 2, "--gamma"},
        Case{"gamma_nan", kGood, "train d.csv --gamma nan", 2, "--gamma"},
        Case{"gamma_share_zero", kGood, "train d.csv --gamma 0%", 2, "--gamma: '0%' is not a share"},
        Case{"path_folds", "x0,label\n1,a\n2,b\n-1,b\n0.5,b\n", "path d.csv --folds 3", 3,
             "the smallest class has 1 row, fewer than the 3 folds"},
        Case{"path_one_class", "x0,label\n1,a\n2,a\n", "path d.csv", 3, "one class only"},
        Case{"path_constant", "x0,y0\n1,1\n2,1\n3,1\n", "path d.csv --folds 2", 3, "all targets are the same"},
        Case{"path_rows", "x0,y0\n1,1\n2,0\n3,1\n", "path d.csv --folds 4", 3, "4 folds of 3 rows"},
        Case{"path_gamma_zero", kGood, "path d.csv --gamma 1,0", 2, "--gamma: '0' is not a finite number above 0"},
        Case{"path_gamma_negative", kGood, "path d.csv --gamma 1,-0.1", 2,
             "--gamma: '-0.1' is not a finite number above"},
        Case{"path_gamma_unsorted", kGood, "path d.csv --gamma 3,30,1", 2,
             "--gamma: 1 after 30: the gammas of a list must fall or rise, each once"},
        Case{"path_gamma_twice", kGood, "path d.csv --gamma 3,1,1", 2, "--gamma: 1 after 1: the gammas of a list must"},
        Case{"path_gamma_share", kGood, "path d.csv --gamma 200%", 2, "--gamma: '200%' is not a finite number above 0"},
        Case{"bound_share_zero", kGood, "bound d.csv --gamma 0%", 2, "--gamma: '0%' is not a share"},
        Case{"auto_constant", "x0,y0\n1,1\n0.5,1\n3,1\n-4,1\n5,1\n6,1\n", "train d.csv --gamma auto", 3,
             "all targets are the same"},
        Case{"gamma_tiny", kGood, "train d.csv --gamma 1e-200", 3, "gamma is nonzero but smaller"},
        Case{"usage", kGood, "train d.csv --rank none", 2, "--rank"},
        Case{"multipliers", kGood, "train d.csv --multipliers float", 2, "lists of pairs now"},
        Case{"device", kGood, "train d.csv --device cuda:97", 5, "--device"}),
    [](const testing::TestParamInfo<Case>& one) { return std::string(one.param.name); });

class BadOutput : public testing::TestWithParam<const char*> {};

TEST_P(BadOutput, IsNoticedBeforeTheSolve) {
  const ScratchFolder folder;
  folder.write("d.csv", kGood);
  const std::string option = GetParam();
  const Outcome missing = run_burelu(folder, "train d.csv " + option + " no/such/folder/file");
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_NE(missing.err.find("cannot write no/such/folder/file"), std::string::npos) << missing.err;
  EXPECT_EQ(line_count(missing.err), 1U) << "the solve began: " << missing.err;
  const Outcome is_folder = run_burelu(folder, "train d.csv " + option + " .");
  EXPECT_EQ(is_folder.exit_code, 3);
  EXPECT_EQ(line_count(is_folder.err), 1U) << is_folder.err;
  const Outcome input = run_burelu(folder, "train d.csv " + option + " ./d.csv");
  EXPECT_EQ(input.exit_code, 2) << input.err;
  EXPECT_EQ(folder.read("d.csv"), kGood);
  EXPECT_EQ(folder.files(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Program, BadOutput, testing::Values("--out", "--report", "--certificate", "--save-data"));

TEST(BadModel, PredictAndEvaluateSayWhatIsWrong) {
  const ScratchFolder folder;
  folder.write("d.csv", kGood);
  Model model;
  model.network = {matrix_of(1, 1, {1}), matrix_of(2, 1, {1, 2})};
  model.preparation.features = {"x0"};
  model.outputs = {true, {"a", "c"}, "label"};
  write_model(folder.path("m.npz"), model);
  const Outcome absent = run_burelu(folder, "predict absent.npz d.csv --out out.csv");
  EXPECT_EQ(absent.exit_code, 3);
  const Outcome no_model = run_burelu(folder, "predict d.csv d.csv --out out.csv");
  EXPECT_EQ(no_model.exit_code, 3);
  EXPECT_NE(no_model.err.find("d.csv is not a model"), std::string::npos);
  const Outcome unseen = run_burelu(folder, "evaluate m.npz d.csv");
  EXPECT_EQ(unseen.exit_code, 3);
  EXPECT_NE(unseen.err.find("d.csv:3:2: class 'b' is unknown to the model"), std::string::npos) << unseen.err;
  EXPECT_EQ(unseen.out, "");
  const Outcome certify = run_burelu(folder, "certify d.csv --model m.npz --report r.json");
  EXPECT_EQ(certify.exit_code, 3);
  EXPECT_EQ(folder.files(), 2U);
}

TEST(BadInput, AnUnknownInstructionSetIsNamed) {
  const ScratchFolder folder;
  const Outcome outcome = run_shell(folder, "BURELU_ISA=nonsense burelu bound builtin:spiral --max-evaluations 28");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.err.find("BURELU_ISA=nonsense"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("baseline"), std::string::npos) << outcome.err;
  EXPECT_EQ(line_count(outcome.err), 1U) << outcome.err;
  EXPECT_EQ(run_shell(folder, "BURELU_ISA= burelu info builtin:spiral").exit_code, 0);
}

TEST(VerifyCommand, IsTheProgramBesideTheExecutable) {
  const ScratchFolder folder;
  const std::string programs = "mkdir bin && cp '" + program_path("burelu").string() + "' bin/ && ";
  const Outcome absent = run_shell(folder, programs + "bin/burelu verify a b");
  EXPECT_EQ(absent.exit_code, 2);
  EXPECT_NE(absent.err.find("cannot run"), std::string::npos);
  folder.write("bin/burelu-verify", "#!/bin/sh\necho \"$# $1 $2\"\nexit 7\n");
  const Outcome there = run_shell(folder, "chmod +x bin/burelu-verify && bin/burelu verify 'a b' --help");
  EXPECT_EQ(there.exit_code, 7);
  EXPECT_EQ(there.out, "2 a b --help\n");
}

}  // namespace
}  // namespace burelu::test
