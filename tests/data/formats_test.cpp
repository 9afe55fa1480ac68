// Which reader takes which source.
#include "data/formats.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "formats/npy.hpp"
#include "formats/zip_archive.hpp"
#include "support/gzipped.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

TEST(Formats, TextByExtensionAndByContent) {
  const test::ScratchFolder folder;
  EXPECT_EQ(read_table(folder.write("a.csv", "a,b\n1,2\n")).columns(), 2);
  EXPECT_EQ(read_table(folder.write("a.tsv", "a\tb,c\n1\t2\n")).names[1], "b,c");
  EXPECT_EQ(read_table(folder.write("a.TSV", "a\tb\n1\t2\n")).columns(), 2);
  EXPECT_EQ(read_table(folder.write("a.data", "a;b\n1;2\n")).columns(), 2);
  EXPECT_EQ(read_table("builtin:spiral?n=6").rows, 6);
}

TEST(Formats, GzippedIsTheSame) {
  const test::ScratchFolder folder;
  const std::string text = "a,b\n1,2\n3,4\n";
  const Table plain = read_table(folder.write("a.csv", text));
  for (const char* name : {"b.csv.gz", "b.CSV.GZ", "b"}) {
    const Table table = read_table(folder.write(name, test::gzipped(text)));
    EXPECT_EQ(table.names, plain.names) << name;
    EXPECT_EQ(table.values, plain.values) << name;
  }
  EXPECT_EQ(read_table(folder.write("c.csv.gz", test::gzipped("a,b\n1,2\n") + test::gzipped("3,4\n"))).rows, 2);
}

TEST(Formats, BinaryIsKnownByItsFirstBytes) {
  const test::ScratchFolder folder;
  const double values[] = {1, 2, 3, 4};
  EXPECT_EQ(read_table(folder.write("array", npy_bytes(values, {2, 2}))).values, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(read_table(folder.write("archive", zip_bytes({{"X.npy", npy_bytes(values, {2, 2})}}))).columns(), 2);
}

TEST(Formats, KnownButUnreadFormatsSaySo) {
  const test::ScratchFolder folder;
  for (const char* name : {"x.xlsx", "x.parquet", "x.csv.bz2"}) {
    const std::string message = test::message_of<DataError>([&] { read_table(folder.path(name)); });
    EXPECT_NE(message.find("does not read"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace burelu
