// Files appear whole or not at all.
#include "formats/output_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "burelu/errors.hpp"
#include "formats/byte_stream.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

TEST(OutputFile, ReplacesAndLeavesNothingElse) {
  const test::ScratchFolder folder;
  const std::string path = folder.write("out", "old");
  ::chmod(path.c_str(), 0640);
  write_file(path, "new");
  EXPECT_EQ(folder.read("out"), "new");
  EXPECT_EQ(folder.files(), 1U);
  struct stat info {};
  ::stat(path.c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777U, 0640U);
}

TEST(OutputFile, KeepsALink) {
  const test::ScratchFolder folder;
  folder.write("target", "old");
  std::filesystem::create_symlink(folder.path("target"), folder.path("link"));
  write_file(folder.path("link"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
  EXPECT_EQ(folder.read("target"), "new");
}

TEST(OutputFile, CheckLeavesNothingBehindAndChangesNothing) {
  const test::ScratchFolder folder;
  folder.write("out", "old");
  check_writable(folder.path("out"));
  check_writable(folder.path("new"));
  check_writable("");
  check_writable("/dev/null");
  EXPECT_EQ(folder.files(), 1U);
  EXPECT_EQ(folder.read("out"), "old");
}

TEST(OutputFile, SaysWhatIsWrong) {
  const test::ScratchFolder folder;
  EXPECT_THROW(check_writable(folder.path("no/such/folder/out")), DataError);
  EXPECT_THROW(write_file(folder.path("no/such/folder/out"), "x"), DataError);
  EXPECT_THROW(check_writable(folder.path()), DataError);
  write_file("/dev/null", "x");
  EXPECT_NE(test::message_of<DataError>([&] { read_file(folder.path()); }).find("is a folder"), std::string::npos);
  EXPECT_THROW(read_file(folder.path("absent")), DataError);
}

}  // namespace
}  // namespace burelu
