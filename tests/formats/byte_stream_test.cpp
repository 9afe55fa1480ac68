// Plain and gzipped bytes, and what is said about damaged ones.
#include "formats/byte_stream.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "support/gzipped.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

std::string sample() {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += std::to_string(i * 7919 % 10007) + ",";
  return text;
}

TEST(ByteStream, InflatesWhatIsGzippedWhateverItsName) {
  const test::ScratchFolder folder;
  EXPECT_EQ(read_file(folder.write("plain", sample())), sample());
  EXPECT_EQ(read_file(folder.write("packed", test::gzipped(sample()))), sample());
  EXPECT_EQ(read_file(folder.write("two", test::gzipped("one ") + test::gzipped("two"))), "one two");
  EXPECT_EQ(read_file(folder.write("empty", "")), "");
  EXPECT_EQ(read_file(folder.write("one", "\x1f")), "\x1f");
  EXPECT_EQ(ByteStream::from_memory("text", "m").rest(), "text");
  EXPECT_EQ(ByteStream::from_memory("", "m").rest(), "");
}

TEST(ByteStream, EveryTruncationIsRefused) {
  const test::ScratchFolder folder;
  const std::string whole = test::gzipped(sample().substr(0, 200));
  for (std::size_t size = 2; size < whole.size(); ++size) {
    const std::string path = folder.write("cut.gz", whole.substr(0, size));
    EXPECT_NE(test::message_of<DataError>([&] { read_file(path); }).find("cut.gz: the gzip file is cut off"),
              std::string::npos)
        << size;
  }
}

TEST(ByteStream, DamageIsRefused) {
  const test::ScratchFolder folder;
  std::string bytes = test::gzipped(sample());
  bytes[bytes.size() - 6] ^= 1;  // check sum
  const std::string path = folder.write("bad.gz", bytes);
  EXPECT_NE(test::message_of<DataError>([&] { read_file(path); }).find("damaged"), std::string::npos);
}

TEST(ByteStream, ProgressReachesTheSizeOfTheFile) {
  const test::ScratchFolder folder;
  std::uint64_t last = 0;
  std::uint64_t size = 0;
  const std::string path = folder.write("plain", sample());
  ByteStream stream(path, [&](std::uint64_t done, std::uint64_t total) {
    last = done;
    size = total;
  });
  stream.rest();
  EXPECT_EQ(last, sample().size());
  EXPECT_EQ(size, sample().size());
}

TEST(ByteStream, ExtensionsIgnoreCaseAndGz) {
  EXPECT_TRUE(has_extension("a/B.CSV.gz", ".csv"));
  EXPECT_TRUE(has_extension("b.npy", ".npy"));
  EXPECT_FALSE(has_extension("csv", ".csv"));
  EXPECT_FALSE(has_extension("b.csv.txt", ".csv"));
}

}  // namespace
}  // namespace burelu
