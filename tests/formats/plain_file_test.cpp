// Files as they are: every byte of any length, and what is wrong as a sentence.
#include "formats/plain_file.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "support/gzipped.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

TEST(PlainFile, HasEveryByte) {
  const test::ScratchFolder folder;
  for (const std::size_t size : {0, 1, 131071, 131072, 131073, 400000}) {
    std::string bytes(size, '\0');
    for (std::size_t k = 0; k < size; ++k) bytes[k] = static_cast<char>(k * 7 + k / 256);
    EXPECT_EQ(read_plain_file(folder.write("bytes", bytes)), bytes) << size;
  }
}

TEST(PlainFile, IsNotInflated) {
  const test::ScratchFolder folder;
  const std::string packed = test::gzipped("text");
  EXPECT_EQ(read_plain_file(folder.write("packed", packed)), packed);
}

TEST(PlainFile, SaysWhatIsWrong) {
  const test::ScratchFolder folder;
  const auto message = [](const std::string& path) {
    return test::message_of<DataError>([&] { read_plain_file(path); });
  };
  EXPECT_NE(message("").find("name is empty"), std::string::npos);
  EXPECT_NE(message(folder.path()).find("is a folder"), std::string::npos);
  EXPECT_NE(message(folder.path("absent")).find("cannot read"), std::string::npos);
}

}  // namespace
}  // namespace burelu
