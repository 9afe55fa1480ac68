// MNIST's files: types, pairs, damage.
#include "formats/idx.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "data/dataset.hpp"
#include "data/formats.hpp"
#include "support/binary.hpp"
#include "support/gzipped.hpp"
#include "support/scratch_folder.hpp"
#include "support/shared_data.hpp"

namespace burelu {
namespace {

using test::idx;
using test::raw_all;

const std::vector<double> kPixels = {0, 255, 128, 1, 2, 3, 4, 5};

std::string images() { return idx(0x08, {2, 2, 2}, raw_all<std::uint8_t>(kPixels)); }
std::string labels() { return idx(0x08, {2}, raw_all<std::uint8_t>({7, 3})); }

Table parse(const std::string& bytes) {
  ByteStream stream = ByteStream::from_memory(bytes, "a-ubyte");
  return read_idx(stream);
}

TEST(Idx, EveryTypeIsBigEndian) {
  const std::vector<double> values = {1, 2, 3, 4};
  EXPECT_EQ(parse(idx(0x08, {2, 2}, raw_all<std::uint8_t>(values))).values, values);
  EXPECT_EQ(parse(idx(0x09, {2, 2}, raw_all<std::int8_t>(values))).values, values);
  EXPECT_EQ(parse(idx(0x0B, {2, 2}, raw_all<std::int16_t>(values, true))).values, values);
  EXPECT_EQ(parse(idx(0x0C, {2, 2}, raw_all<std::int32_t>(values, true))).values, values);
  EXPECT_EQ(parse(idx(0x0D, {2, 2}, raw_all<float>(values, true))).values, values);
  EXPECT_EQ(parse(idx(0x0E, {2, 2}, raw_all<double>(values, true))).values, values);
}

TEST(Idx, LabelsAreFoundBesideTheImages) {
  const test::ScratchFolder folder;
  const std::string path = folder.write("t10k-images-idx3-ubyte.gz", test::gzipped(images()));
  EXPECT_TRUE(read_table(path).features_only);
  folder.write("t10k-labels-idx1-ubyte", labels());
  const Table table = read_table(path);
  EXPECT_EQ(table.rows, 2);
  EXPECT_EQ(table.names, (std::vector<std::string>{"x0", "x1", "x2", "x3", "label"}));
  EXPECT_EQ(table.values, (std::vector<double>{0, 255, 128, 1, 7, 2, 3, 4, 5, 3}));
  const Dataset data = training_data(table, {{}, {}, {false, false, true}, {}}).train;
  EXPECT_EQ(data.preparation.divisor, 255.0);
  EXPECT_EQ(data.X.data[2], 128.0 / 255.0);
  EXPECT_EQ(data.outputs.names, (std::vector<std::string>{"3", "7"}));
}

TEST(Idx, DamageIsNamed) {
  const auto refusal = [](const std::string& bytes) { return test::message_of<DataError>([&bytes] { parse(bytes); }); };
  const std::string good = images();
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_NE(refusal(good.substr(0, size)).find("cut off"), std::string::npos) << size;
  EXPECT_NE(refusal(good + "x").find("bytes after the 2 entries"), std::string::npos);
  EXPECT_NE(refusal("\x01" + good.substr(1)).find("wrong magic"), std::string::npos);
  EXPECT_NE(refusal(idx(0x07, {1}, "x")).find("type of its numbers (7)"), std::string::npos);
  EXPECT_NE(refusal(idx(0x08, {}, "")).find("no axes"), std::string::npos);
  EXPECT_NE(refusal(idx(0x08, {1, 4000000000U, 4000000000U}, "")).find("columns that burelu takes"), std::string::npos);
  EXPECT_NE(refusal(idx(0x08, {4000000000U}, "")).find("rows"), std::string::npos);
}

TEST(Idx, PairsThatDoNotBelongTogether) {
  const test::ScratchFolder folder;
  const std::string path = folder.write("a-images-idx3-ubyte", images());
  folder.write("a-labels-idx1-ubyte", idx(0x08, {3}, "abc"));
  EXPECT_NE(test::message_of<DataError>([&] { read_table(path); }).find("has 3 labels but "), std::string::npos);
  folder.write("a-labels-idx1-ubyte", images());
  EXPECT_NE(test::message_of<DataError>([&] { read_table(path); }).find("4 numbers per entry"), std::string::npos);
}

TEST(Idx, ReadsMnist) {
  BURELU_SHARED_OR_SKIP(path, "data/mnist/t10k-images-idx3-ubyte.gz");
  const Table table = read_table(path);
  EXPECT_EQ(table.rows, 10000);
  EXPECT_EQ(table.columns(), 785);
  EXPECT_EQ(table.number(0, 784), 7.0);   // the first test image is a seven
  EXPECT_EQ(table.number(0, 202), 84.0);  // and this its first pixel that is not black
}

}  // namespace
}  // namespace burelu
