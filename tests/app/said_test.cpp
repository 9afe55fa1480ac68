// What the program says where it cannot do what was asked: empty names, words that are none of those to choose from,
// a standard output that takes nothing, limits of memory.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/hand_made_model.hpp"
#include "app/run_program.hpp"

namespace burelu::test {
namespace {

constexpr const char* kData = "x0,x1,label\n1,0,a\n0,1,b\n1,1,a\n";

class Said : public testing::Test {
 protected:
  Said() {
    folder_.write("d.csv", kData);
    write_model(folder_.path("m.npz"), two_classes("a", "b", "label"));
  }

  void expect_usage(const std::string& arguments, const std::string& said) {
    const Outcome outcome = run_burelu(folder_, arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments << outcome.err;
    EXPECT_NE(outcome.err.find(said), std::string::npos) << arguments << ": " << outcome.err;
    EXPECT_EQ(line_count(outcome.err), 1U) << outcome.err;
    EXPECT_EQ(outcome.out, "") << arguments;
    EXPECT_EQ(folder_.files(), 2U) << arguments;
  }

  ScratchFolder folder_;
};

TEST_F(Said, EmptyNamesAreUsageErrors) {
  for (const char* option : {"--out", "--report", "--certificate", "--save-data", "--checkpoint", "--resume", "--label",
                             "--target", "--ignore"})
    expect_usage(std::string("train d.csv ") + option + " ''", std::string(option) + ": the name is empty");
  expect_usage("certify d.csv --model ''", "--model: the name is empty");
  expect_usage("certify d.csv --model m.npz --bound ''", "--bound: the name is empty");
  expect_usage("evaluate m.npz d.csv --report ''", "--report: the name is empty");
  expect_usage("predict m.npz d.csv --out ''", "--out: the name is empty");
  expect_usage("export m.npz --out ''", "--out: the name is empty");
  expect_usage("predict '' d.csv", "MODEL: the name is empty");
  expect_usage("bound ''", "DATA: the name is empty");
  expect_usage("train d.csv --report=", "--report");
}

TEST_F(Said, WordsAndCountsThatAreNoneAreNamed) {
  expect_usage("train d.csv --header maybe", "--header: 'maybe' is not one of auto, no, yes");
  expect_usage("train d.csv --log-level loud", "--log-level: 'loud' is not one of");
  expect_usage("evaluate m.npz d.csv --part some", "--part: 'some' is not one of all, test, train");
  expect_usage("train d.csv --labels three", "--labels: 'three' is not one of one-hot, signed");
  expect_usage("study tightness --preset none --out s", "--preset: 'none' is not one of");
  expect_usage("train d.csv --threads 1e3", "--threads: '1e3' is not a whole number of at least 1");
  expect_usage("train d.csv --width 99999999999", "--width: '99999999999' is more than 2147483647");
  expect_usage("train d.csv --seed 99999999999999999999", "--seed: '99999999999999999999' is not a whole number");
  expect_usage("train d.csv --checkpoint-interval -1", "--checkpoint-interval: '-1' is not a finite number");
}

TEST_F(Said, WhatCameInPlaceOfConeCutsIsNamed) {
  for (const char* cuts : {"--cuts auto", "--cuts 12", "--cut-rounds 3"})
    expect_usage(std::string("bound d.csv ") + cuts,
                 "cone cuts were replaced by branch and bound, which proves more in less time: use --bound auto or");
  expect_usage("study cuts --preset paper --out s", "the study of cone cuts went with the cuts");
  EXPECT_EQ(run_burelu(folder_, "bound --help").out.find("--cut"), std::string::npos);
}

TEST_F(Said, CutsNoneIsTheRelaxationAlone) {
  const Outcome outcome = run_burelu(folder_, "bound d.csv --tol 1e-1 --cuts none --report r.json");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("--cuts none is an old spelling of --bound relaxation"), std::string::npos) << outcome.err;
  const auto report = nlohmann::json::parse(folder_.read("r.json"));
  EXPECT_TRUE(report.at("relaxation").at("relaxation_bound").is_number());
  EXPECT_TRUE(report.at("relaxation").at("branch_bound").is_null());
}

TEST_F(Said, AnOutputThatTakesNothingFailsEveryCommand) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  for (const char* arguments :
       {"--help", "train --help", "--version", "info", "evaluate m.npz d.csv", "predict m.npz d.csv",
        "train d.csv --dry-run", "bound d.csv --max-evaluations 100 --bound relaxation", "verify --help"}) {
    const Outcome outcome = run_burelu(folder_, std::string(arguments) + " >/dev/full");
    EXPECT_EQ(outcome.exit_code, 3) << arguments;
    EXPECT_NE(outcome.err.find("cannot write to standard output"), std::string::npos) << arguments << outcome.err;
  }
  EXPECT_EQ(run_burelu(folder_, "info >&-").exit_code, 3);
  EXPECT_EQ(run_burelu(folder_, "evaluate m.npz d.csv --quiet >/dev/full").exit_code, 0);  // it had nothing to say
  const Outcome error = run_burelu(folder_, "train absent.csv 2>/dev/full");
  EXPECT_EQ(error.exit_code, 3);
}

TEST_F(Said, ADryRunKnowsTheLimitsOfTheProcess) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers reserve more address space than any limit";
#endif
  // 3 GB with the shortest lists; the libraries of a build with CUDA take more than 1 GB of address space
  const std::string data = "'builtin:teacher?n=200000&d=3&c=1' --gamma 1000";
  const Outcome free = run_burelu(folder_, "bound " + data + " --device cpu --dry-run");
  const Outcome limited =
      run_shell(folder_, "ulimit -v 2500000 && burelu bound " + data + " --device cpu --threads 1 --dry-run");
  if (free.exit_code != 0) GTEST_SKIP() << free.err;
  EXPECT_EQ(limited.exit_code, 6) << limited.out << limited.err;
  EXPECT_NE(limited.out.find("does not fit"), std::string::npos) << limited.out;
  EXPECT_NE(limited.err.find("use fewer samples"), std::string::npos) << limited.err;
}

TEST_F(Said, MemoryOfTheRankIsNotBlamedOnTheSamples) {
  const Outcome outcome = run_burelu(folder_, "train 'builtin:spiral?n=600' --device cpu --rank 1000000 --dry-run");
  if (outcome.exit_code == 0) GTEST_SKIP() << "this machine has room for it";
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_NE(outcome.err.find("use a smaller rank"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace burelu::test
