// Other programs: their exit code, their output, the time limit, and one that is not there.
#include "study/child_process.hpp"

#include <gtest/gtest.h>

#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

TEST(ChildProcess, RunsAndBringsBackOutputAndExitCode) {
  const test::ScratchFolder folder;
  const ChildResult result = run_child({"sh", "-c", "echo hello; exit 3"}, {folder.path("out"), 0.0, {}});
  EXPECT_TRUE(result.started);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(folder.read("out"), "hello\n");
}

TEST(ChildProcess, EndsAtTheTimeLimitWithItsChildren) {
  const ChildResult result = run_child({"sh", "-c", "sleep 30; true"}, {"", 0.1, {}});
  EXPECT_TRUE(result.stopped);
  EXPECT_LT(result.seconds, 10.0);
}

TEST(ChildProcess, EndsOnRequest) {
  EXPECT_TRUE(run_child({"sleep", "30"}, {"", 0.0, [] { return false; }}).stopped);
}

TEST(ChildProcess, SaysThatThereIsNoSuchProgram) {
  EXPECT_EQ(find_program("burelu-no-such-program"), "");
  EXPECT_NE(find_program("sh"), "");
  EXPECT_NE(run_child({"burelu-no-such-program"}).exit_code, 0);
}

}  // namespace
}  // namespace burelu::study
