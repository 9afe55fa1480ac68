// scripts/get_data.sh with a folder: what it copies, and that a wrong file is refused.
#include <gtest/gtest.h>

#include "app/run_program.hpp"
#include "support/shared_data.hpp"

namespace burelu::test {
namespace {

const std::string kScript = "'" + source_dir().string() + "/scripts/get_data.sh' ";

TEST(GetData, CopiesAFolderAndChecksIt) {
  BURELU_SHARED_OR_SKIP(golden, "data/golden.csv");
  const std::string shared = std::filesystem::absolute(golden).parent_path().string();
  const ScratchFolder folder;
  const Outcome outcome = run_shell(folder, kScript + "--to data 'file://" + shared + "'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(folder.has("data/randomized/randomized_09.csv"));
  EXPECT_EQ(folder.read("data/golden.csv"), ScratchFolder().read(golden));
}

TEST(GetData, RefusesAFileThatIsAnother) {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("from"));
  folder.write("from/iris_train.csv", "x0,label\n1,0\n");
  const Outcome outcome = run_shell(folder, kScript + "--to data from");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.err.find("SHA-256"), std::string::npos) << outcome.err;
  EXPECT_FALSE(folder.has("data/iris_train.csv"));
}

TEST(GetData, SaysWhereThereIsNothing) {
  const ScratchFolder folder;
  EXPECT_NE(run_shell(folder, kScript + "--to data nowhere").err.find("nowhere is no folder"), std::string::npos);
  EXPECT_NE(run_shell(folder, kScript + "--to data .").err.find("none of the files"), std::string::npos);
}

}  // namespace
}  // namespace burelu::test
