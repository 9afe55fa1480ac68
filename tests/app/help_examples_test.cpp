// The example in the help of every sub-command works as typed.
#include <gtest/gtest.h>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

/// A `burelu` before the program in PATH that proves its bounds by the relaxation alone, which takes the least time.
void relax_only(const ScratchFolder& folder) {
  const std::string path =
      folder.write("bin/burelu",
                   "#!/bin/sh\ncase $1 in train | bound | certify) set -- \"$@\" --bound relaxation ;; "
                   "esac\nexec '" +
                       program_path("burelu").string() + "' \"$@\"\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

class HelpExample : public testing::TestWithParam<const char*> {};

TEST_P(HelpExample, WorksAsTyped) {
  const ScratchFolder folder;
  const Outcome help = run_burelu(folder, std::string(GetParam()) + " --help");
  ASSERT_EQ(help.exit_code, 0);
  const std::string mark = "Example:\n  ";
  const auto at = help.out.find(mark);
  ASSERT_NE(at, std::string::npos) << help.out;
  const auto begin = at + mark.size();
  const std::string command = help.out.substr(begin, help.out.find('\n', begin) - begin);
  std::filesystem::create_directory(folder.path("bin"));
  relax_only(folder);
  const Outcome outcome = run_shell(folder, "PATH=\"$PWD/bin:$PATH\"; " + command);
  EXPECT_EQ(outcome.exit_code, 0) << command << "\n" << outcome.err;
}

INSTANTIATE_TEST_SUITE_P(Program, HelpExample,
                         testing::Values("train", "bound", "certify", "predict", "evaluate", "export", "info", "path",
                                         "study tightness"));

}  // namespace
}  // namespace burelu::test
