// Which reader takes which source.
#include "io/formats.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "io/scratch_folder.hpp"

namespace burelu {
namespace {

TEST(Formats, TextByExtensionAndByContent) {
  const test::ScratchFolder folder;
  EXPECT_EQ(read_table(folder.write("a.csv", "a,b\n1,2\n")).columns.size(), 2U);
  EXPECT_EQ(read_table(folder.write("a.tsv", "a\tb,c\n1\t2\n")).columns[1].name, "b,c");
  EXPECT_EQ(read_table(folder.write("a.TSV", "a\tb\n1\t2\n")).columns.size(), 2U);
  EXPECT_EQ(read_table(folder.write("a.data", "a;b\n1;2\n")).columns.size(), 2U);
  EXPECT_EQ(read_table("builtin:spiral?n=6").rows, 6);
}

TEST(Formats, KnownButUnreadFormatsSaySo) {
  const test::ScratchFolder folder;
  for (const char* name : {"x.npy", "x.csv.gz", "train-images-idx3-ubyte"}) {
    const std::string message = test::message_of<DataError>([&] { read_table(folder.path(name)); });
    EXPECT_NE(message.find("does not read"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace burelu
