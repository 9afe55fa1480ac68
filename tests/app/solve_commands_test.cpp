// train, bound, certify over the whole program: the report's contract, statuses, exit codes, legal oddities.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/hand_made_model.hpp"
#include "app/run_program.hpp"

namespace burelu::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kTeacher = "'builtin:teacher?n=12&d=2&c=2&seed=1'";

Json report_of(const ScratchFolder& folder) { return Json::parse(folder.read("report.json")); }

TEST(Train, WritesReportModelCertificateAndSummary) {
  const ScratchFolder folder;
  const Outcome outcome = run_burelu(
      folder, std::string("train ") + kTeacher +
                  " --tol 1e-2 --out m.safetensors --report report.json --certificate c.cert --save-data used.csv");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(folder.files(), 4U);
  const Json report = report_of(folder);
  EXPECT_EQ(report.at("status"), "solved");
  EXPECT_FALSE(report.at("message").get<std::string>().empty());
  const double bound = report.at("relaxation").at("lower_bound");
  const double relaxed = report.at("relaxation").at("objective");
  const double network = report.at("network").at("objective");
  EXPECT_LE(bound, network);
  EXPECT_NEAR(report.at("relaxation").at("relative_gap"), (relaxed - bound) / std::fabs(relaxed), 1e-12);
  EXPECT_NEAR(report.at("network").at("relative_gap"), (network - bound) / std::fabs(network), 1e-12);
  EXPECT_LE(report.at("relaxation").at("relative_gap"), 1e-2);
  EXPECT_TRUE(report.at("network").at("train_accuracy").is_null());
  EXPECT_GT(report.at("history").size(), 0U);
  for (const char* row :
       {"problem ", "presolve ", "relaxation ", "lower bound ", "network ", "gap ", "seconds ", "status "})
    EXPECT_NE(outcome.out.find(row), std::string::npos) << row;
  EXPECT_GT(line_count(outcome.err), 0U);  // a line per check
  EXPECT_EQ(outcome.err.find('\r'), std::string::npos);
}

TEST(Train, ModelReproducesTheReportedNumbers) {
  const ScratchFolder folder;
  ASSERT_EQ(
      run_burelu(
          folder,
          "train 'builtin:spiral?n=30' --bias --standardize --tol 1e-1 --bound relaxation --quiet --out m.safetensors "
          "--report report.json")
          .exit_code,
      0);
  const Json report = report_of(folder);
  const Outcome outcome = run_burelu(folder, "evaluate m.safetensors 'builtin:spiral?n=30'");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto number_after = [&outcome](const std::string& key) {
    const auto at = outcome.out.find(key);
    return at == std::string::npos ? std::nan("") : std::stod(outcome.out.substr(at + key.size()));
  };
  EXPECT_NEAR(number_after("objective "), report.at("network").at("objective"), 1e-6);
  EXPECT_NEAR(number_after("accuracy "), report.at("network").at("train_accuracy"), 1e-6);
  const Outcome classes = run_burelu(folder, "predict m.safetensors 'builtin:spiral?n=30' --classes");
  EXPECT_EQ(line_count(classes.out), 31U);
  EXPECT_EQ(classes.out.substr(0, 6), "label\n");
}

TEST(Train, QuietSaysNothing) {
  const ScratchFolder folder;
  const Outcome outcome = run_burelu(folder, std::string("train --quiet --tol 1e-1 ") + kTeacher);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST(Train, LegalOddities) {
  const struct {
    const char* name;
    const char* text;
  } cases[] = {{"one row", "x0,x1,y0\n1,2,3\n"},
               {"constant features", "x0,x1,label\n1,2,a\n1,3,b\n1,5,a\n1,-2,b\n"},
               {"duplicates that disagree", "x0,x1,label\n1,2,a\n1,2,b\n1,2,b\n-1,1,a\n"},
               {"zero rows", "x0,x1,label\n0,0,a\n1,2,b\n0,0,b\n-1,1,a\n"},
               {"text classes without a header", "1,2,cat\n-1,1,dog\n3,-1,cat\n0.5,1,dog\n"}};
  for (const auto& odd : cases) {
    const ScratchFolder folder;
    folder.write("d.csv", odd.text);
    const Outcome outcome = run_burelu(folder, "train d.csv --tol 1e-2 --max-evaluations 20000 --report report.json");
    EXPECT_EQ(outcome.exit_code, 0) << odd.name << ": " << outcome.err << outcome.out;
    if (outcome.exit_code != 0) continue;
    const Json report = report_of(folder);
    EXPECT_LE(report.at("relaxation").at("lower_bound"), report.at("network").at("objective")) << odd.name;
  }
}

TEST(Bound, LimitsWriteResultsAndExitWithFour) {
  const ScratchFolder folder;
  const Outcome evaluations =
      run_burelu(folder, "bound builtin:spiral --tol 1e-9 --max-evaluations 60 --report report.json");
  EXPECT_EQ(evaluations.exit_code, 4) << evaluations.err;
  const Json report = report_of(folder);
  EXPECT_EQ(report.at("status"), "evaluation_limit");
  EXPECT_TRUE(report.at("network").at("objective").is_null());
  EXPECT_LE(report.at("relaxation").at("evaluations"), 60 + 100);
  const Outcome seconds = run_burelu(folder, "bound builtin:spiral --tol 1e-12 --time-limit 1e-3 --report report.json");
  EXPECT_EQ(seconds.exit_code, 4) << seconds.err;
  EXPECT_EQ(report_of(folder).at("status"), "time_limit");
}

TEST(DryRun, SaysWhatMemoryIsNeededAndSolvesNothing) {
  for (const std::string command : {"train ", "bound "}) {
    const ScratchFolder folder;
    const Outcome fits = run_burelu(folder, command + kTeacher + " --device cpu --dry-run --report report.json");
    EXPECT_EQ(fits.exit_code, 0) << fits.err;
    EXPECT_NE(fits.out.find("\nhost memory  "), std::string::npos) << fits.out;
    EXPECT_NE(fits.out.find(" free: fits\n"), std::string::npos) << fits.out;
    EXPECT_NE(fits.out.find("12 rows, 2 features, rank "), std::string::npos) << fits.out;
    EXPECT_EQ(fits.err, "");
    EXPECT_EQ(folder.files(), 0U);
  }
}

TEST(DryRun, WhatDoesNotFitEndsWithSixAsTheSolveWould) {
  const ScratchFolder folder;
  const std::string large =
      "bound 'builtin:teacher?n=100000&d=2&c=1' --gamma 1000 --device cpu --bound relaxation --rank 100000";  // 8 TiB
  const Outcome dry = run_burelu(folder, large + " --dry-run");
  EXPECT_EQ(dry.exit_code, 6);
  EXPECT_NE(dry.out.find("does not fit"), std::string::npos) << dry.out;
  EXPECT_NE(dry.err.find("TiB on this machine"), std::string::npos) << dry.err;
  const Outcome solve = run_burelu(folder, large);
  EXPECT_EQ(solve.exit_code, 6);
  EXPECT_NE(solve.err.find("TiB on this machine"), std::string::npos) << solve.err;
}

TEST(Bound, SavedDataIsTheSameProblem) {
  const ScratchFolder folder;
  const std::string options = " --tol 1e-2 --bound relaxation --quiet --seed 3 --report report.json";
  ASSERT_EQ(run_burelu(folder, "bound 'builtin:spiral?n=24' --bias --save-data used.csv" + options).exit_code, 0);
  const Json first = report_of(folder);
  ASSERT_EQ(run_burelu(folder, "bound used.csv" + options).exit_code, 0);
  const Json second = report_of(folder);
  EXPECT_EQ(first.at("problem").at("data_hash"), second.at("problem").at("data_hash"));
  EXPECT_EQ(first.at("relaxation").at("lower_bound"), second.at("relaxation").at("lower_bound"));
}

TEST(Bound, CertificateIsVerifiedByTheOtherProgram) {
  if (!std::filesystem::exists(program_path("burelu-verify"))) GTEST_SKIP() << "burelu-verify is not built";
  const ScratchFolder folder;
  ASSERT_EQ(run_burelu(folder, std::string("bound ") + kTeacher +
                                   " --tol 1e-2 --quiet --certificate c.cert --save-data used.csv")
                .exit_code,
            0);
  const Outcome right = run_burelu(folder, "verify c.cert used.csv");
  EXPECT_EQ(right.exit_code, 0) << right.err;
  ASSERT_EQ(run_burelu(folder, "bound 'builtin:teacher?n=12&d=2&c=2&seed=2' --tol 1e-2 --quiet --save-data other.csv")
                .exit_code,
            0);
  EXPECT_NE(run_burelu(folder, "verify c.cert other.csv").exit_code, 0);
}

TEST(Certify, TakesANetworkOfAnyOrigin) {
  const ScratchFolder folder;
  folder.write("d.csv", "x0,x1,y0\n1,0,1\n0,1,2\n-1,0.5,0\n");
  Model model;
  model.network = {matrix_of(2, 2, {1, 0, 0, 1}), matrix_of(1, 2, {1, 2})};
  write_model(folder.path("m.safetensors"), model);
  const Outcome outcome =
      run_burelu(folder, "certify d.csv --model m.safetensors --gamma 0.1 --tol 1e-2 --report report.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json report = report_of(folder);
  // outputs 1, 2, 1 against 1, 2, 0; norms 1 + 1 + 1 + 4, of balanced neurons 2 |u| |v| = 2 + 4: 1/2 + 0.05 * 6
  const double objective = 0.5 + 0.3;
  EXPECT_NEAR(report.at("network").at("given_objective"), 0.5 + 0.35, 1e-14);
  EXPECT_NEAR(report.at("network").at("objective"), objective, 1e-14);
  const double bound = report.at("relaxation").at("lower_bound");
  EXPECT_LE(bound, objective);
  EXPECT_NEAR(report.at("network").at("relative_gap"), (objective - bound) / objective, 1e-12);
  EXPECT_EQ(report.at("network").at("width"), 2);
}

TEST(Certify, ReadsASavedBoundOfTheSameData) {
  const ScratchFolder folder;
  const std::string train =
      "train 'builtin:blobs?n=40&d=3&noise=3' --split 0.5 --bias --tol 1e-2 --bound relaxation --quiet ";
  ASSERT_EQ(run_burelu(folder, train + "--out m.onnx --certificate c.cert --report report.json").exit_code, 0);
  const Json trained = report_of(folder);
  const std::string certify = "certify 'builtin:blobs?n=40&d=3&noise=3' --model m.onnx --bound c.cert";
  const Outcome outcome = run_burelu(folder, certify + " --report report.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json report = report_of(folder);
  EXPECT_EQ(report.at("relaxation").at("lower_bound"), trained.at("relaxation").at("lower_bound"));
  EXPECT_NEAR(report.at("network").at("objective"), trained.at("network").at("objective"), 1e-9);
  const Outcome other = run_burelu(folder, certify + " --gamma 0.2");
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_NE(other.err.find("c.cert: the certificate is of other data"), std::string::npos) << other.err;
  std::string forged = folder.read("c.cert");
  const auto multipliers = forged.find("multipliers\n");
  forged = forged.substr(0, multipliers) + "multipliers\nend\n";
  const auto count = forged.find("\"multipliers\":") + 14;
  forged.replace(count, forged.find(',', count) - count, "0");
  folder.write("c.cert", forged);
  const Outcome unproven = run_burelu(folder, certify);
  EXPECT_EQ(unproven.exit_code, 3) << unproven.out;
  EXPECT_EQ(line_count(unproven.err), 1U) << unproven.err;
}

TEST(Certify, BiasAndOneColumnForTwoClassesAreUnderstood) {
  const ScratchFolder folder;
  folder.write("d.csv", "x0,kind\n1,a\n2,b\n-1,a\n");
  Model model;
  model.network = {matrix_of(2, 1, {1, -1}), matrix_of(1, 1, {1})};  // (x - 1)_+: 0, 1, 0
  write_model(folder.path("m.npz"), model);
  const Outcome outcome =
      run_burelu(folder, "certify d.csv --model m.npz --bias --gamma 0.1 --tol 1e-2 --report report.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NEAR(report_of(folder).at("network").at("objective"), 0.1 * std::sqrt(2.0), 1e-12);
  EXPECT_EQ(report_of(folder).at("network").at("train_accuracy"), 1.0);
  EXPECT_EQ(run_burelu(folder, "certify d.csv --model m.npz --quiet").exit_code, 3);
}

TEST(Train, SplitReportsTheRowsHeldOut) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_burelu(folder,
                 "train 'builtin:blobs?n=60&noise=0.5' --split 0.5 --seed 4 --tol 1e-1 --bound relaxation --out m.npz "
                 "--report report.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("on the rows held out by --split:\nsamples    30\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("true \\ predicted"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\nclasses      0 10, 1 10, 2 10\n"), std::string::npos) << outcome.out;
  const Json held_out = report_of(folder).at("held_out");
  EXPECT_EQ(held_out.at("samples"), 30);
  const Outcome again =
      run_burelu(folder, "evaluate m.npz 'builtin:blobs?n=60&noise=0.5' --part test --report e.json --quiet");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(Json::parse(folder.read("e.json")).at("confusion"), held_out.at("confusion"));
}

}  // namespace
}  // namespace burelu::test
