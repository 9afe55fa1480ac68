// scripts/run_tests.sh on programs that play GoogleTest: whatever a program does, it is counted.
#include <gtest/gtest.h>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

const std::string kScript = "'" + (source_dir() / "scripts" / "run_tests.sh").string() + "' ";

/// A build folder whose one program, `play`, says what its script says. `A.One` is the one test it lists.
Outcome run(const std::string& play, const std::string& before = "", const std::string& arguments = "play") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("tests"));
  const std::string path =
      folder.write("tests/burelu_play_tests",
                   "#!/bin/sh\n[ \"$1\" = --gtest_list_tests ] && { echo A.; echo '  One'; exit 0; }\n"
                   "begin() { echo \"[ RUN      ] A.One\"; }\n"
                   "result() { echo \"[$1] A.One (1 ms)\"; }\n"
                   "ran() { echo '[==========] 1 test from 1 test suite ran. (1 ms total)'; }\n" +
                       play + "\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return run_shell(folder, before + " " + kScript + ". " + arguments);
}

std::string last_line(const std::string& text) {
  if (text.size() < 2) return text;
  const std::size_t before = text.rfind('\n', text.size() - 2);
  return text.substr(before == std::string::npos ? 0 : before + 1, text.size() - before - 2);
}

void expect(const Outcome& outcome, int exit_code, const std::string& summary) {
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.out << outcome.err;
  EXPECT_EQ(last_line(outcome.out), summary) << outcome.out << outcome.err;
}

TEST(RunTests, CountsWhatPassesFailsAndIsSkipped) {
  expect(run("begin; result '       OK '; ran"), 0, "1 passed, 0 failed, 0 skipped");
  expect(run("begin; result '  SKIPPED '; ran"), 0, "0 passed, 0 failed, 1 skipped");
  expect(run("begin; result '  FAILED  '; ran; exit 1"), 1, "0 passed, 1 failed, 0 skipped");
  expect(run("begin; echo '[  FAILED  ] A.One, where GetParam() = 3 (1 ms)'; ran; exit 1"), 1,
         "0 passed, 1 failed, 0 skipped");
}

TEST(RunTests, AProgramThatDiesFailsTheTestItWasIn) {
  for (const char* end : {"kill -SEGV $$", "exit 0", "exit 1", "exit 9"})
    expect(run(std::string("begin; ") + end), 1, "0 passed, 1 failed, 0 skipped");
}

TEST(RunTests, AProgramThatDiesBesideItsTestsFailsToo) {
  for (const char* end : {"kill -SEGV $$", "exit 0", "ran; kill -ABRT $$", "ran; exit 1"})
    expect(run(std::string("begin; result '       OK '; ") + end), 1, "1 passed, 1 failed, 0 skipped");
}

TEST(RunTests, AProgramThatHangsIsEndedAndFails) {
  const Outcome outcome = run("begin; exec sleep 60", "BURELU_TEST_LIMIT=0.5");
  expect(outcome, 1, "0 passed, 1 failed, 0 skipped");
  EXPECT_NE(outcome.out.find("limit of time"), std::string::npos) << outcome.out;
}

TEST(RunTests, NothingSelectedIsAFailure) {
  EXPECT_EQ(run("ran", "", "absent").exit_code, 1);
  EXPECT_EQ(run("ran").exit_code, 1);
}

}  // namespace
}  // namespace burelu::test
