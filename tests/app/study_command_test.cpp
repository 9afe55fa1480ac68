// burelu study from the command line: files, going on, other options, interrupts.
#include <gtest/gtest.h>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

const std::string kQuick = "study tightness --datasets builtin:spiral?n=9 --gamma 0.1 --methods none --out out ";

TEST(StudyCommand, WritesItsFolderAndGoesOnInIt) {
  const ScratchFolder folder;
  const Outcome first = run_burelu(folder, kQuick);
  EXPECT_EQ(first.exit_code, 0) << first.err;
  for (const char* name : {"report.html", "results.csv", "results.json", "journal.jsonl"})
    EXPECT_TRUE(folder.has("out/" + std::string(name))) << name;
  const Outcome more = run_burelu(folder, kQuick + "--gamma 0.1,0.2 --jobs 2");
  EXPECT_EQ(more.exit_code, 0) << more.err;
  EXPECT_EQ(line_count(more.err), 1U) << more.err;  // the first gamma is not run again
  EXPECT_EQ(line_count(folder.read("out/results.csv")), 3U);
}

TEST(StudyCommand, RefusesAFolderOfOtherOptions) {
  const ScratchFolder folder;
  ASSERT_EQ(run_burelu(folder, kQuick).exit_code, 0);
  const Outcome other = run_burelu(folder, kQuick + "--seed 1");
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_NE(other.err.find("seed (journal: 0, now: 1)"), std::string::npos) << other.err;
}

TEST(StudyCommand, AnInterruptLeavesResultsAndTheStudyGoesOn) {
  const ScratchFolder folder;
  const std::string command =
      "study tightness --datasets builtin:spiral?n=9 --gamma 0.1 --methods adam --epochs 3000000 --starts 1 --out out";
  const Outcome stopped =
      run_shell(folder, "burelu " + command +
                            " & pid=$!; until grep -q '\"key\"' out/journal.jsonl; do sleep 0.05; done; "
                            "sleep 0.2; kill -INT $pid; wait $pid");
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_EQ(line_count(folder.read("out/results.csv")), 2U);
  EXPECT_NE(folder.read("out/report.html").find("Not complete: 1 of 2 jobs"), std::string::npos);
}

TEST(StudyCommand, UsageErrorsSayWhereHelpIs) {
  const ScratchFolder folder;
  const Outcome outcome = run_burelu(folder, "study tightness --gamma 0 --out out");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.err.find("burelu study tightness --help"), std::string::npos) << outcome.err;
  EXPECT_EQ(run_burelu(folder, "study").exit_code, 2);
}

}  // namespace
}  // namespace burelu::test
