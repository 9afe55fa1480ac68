// NPY arrays of every type and order give the same matrix; every kind of damage is named.
#include "formats/npy.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "linalg/random.hpp"
#include "support/binary.hpp"
#include "support/gzipped.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

using test::npy;
using test::raw_all;

Table parse(const std::string& bytes) {
  ByteStream stream = ByteStream::from_memory(bytes, "a.npy");
  return read_npy(stream);
}

std::string refusal(const std::string& bytes) {
  return test::message_of<DataError>([&bytes] { parse(bytes); });
}

TEST(Npy, EveryTypeAndOrder) {
  const std::vector<double> rows = {1, 2, 3, 4, 5, 6};
  const std::vector<double> columns = {1, 4, 2, 5, 3, 6};
  for (const auto& bytes :
       {npy("<f8", false, "(2, 3)", raw_all<double>(rows)), npy("<f4", false, "(2, 3)", raw_all<float>(rows)),
        npy(">f8", false, "(2, 3)", raw_all<double>(rows, true)),
        npy("<i8", false, "(2, 3)", raw_all<std::int64_t>(rows)),
        npy(">i2", false, "(2, 3)", raw_all<std::int16_t>(rows, true)),
        npy("|u1", false, "(2, 3)", raw_all<std::uint8_t>(rows)),
        npy("<u4", true, "(2, 3)", raw_all<std::uint32_t>(columns)),
        npy("<f8", true, "(2, 3)", raw_all<double>(columns)), npy("<f8", false, "(2, 3, 1)", raw_all<double>(rows)),
        npy("<f8", false, "(2,3,)", raw_all<double>(rows)), npy_bytes(rows.data(), {2, 3})}) {
    const Table table = parse(bytes);
    EXPECT_EQ(table.rows, 2);
    EXPECT_EQ(table.names, (std::vector<std::string>{"x0", "x1", "x2"}));
    EXPECT_EQ(table.values, rows);
    EXPECT_EQ(parse(test::gzipped(bytes)).values, rows);
  }
}

TEST(Npy, MoreAxesAreFlattenedInCOrder) {
  // Entry (i, j, k) of a 2 x 2 x 3 array holds 100 i + 10 j + k.
  std::vector<double> c_order;
  std::vector<double> fortran;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j)
      for (int k = 0; k < 3; ++k) c_order.push_back(100 * i + 10 * j + k);
  for (int k = 0; k < 3; ++k)
    for (int j = 0; j < 2; ++j)
      for (int i = 0; i < 2; ++i) fortran.push_back(100 * i + 10 * j + k);
  EXPECT_EQ(parse(npy("<f8", false, "(2, 2, 3)", raw_all<double>(c_order))).values, c_order);
  EXPECT_EQ(parse(npy("<f8", true, "(2, 2, 3)", raw_all<double>(fortran))).values, c_order);
}

TEST(Npy, OwnBytesComeBackBitForBit) {
  Random random(5);
  std::vector<double> values(30000 * 7);
  for (double& value : values) value = random.normal() * std::exp(100.0 * random.normal());
  values[3] = -0.0;
  const Table table = parse(npy_bytes(values.data(), {30000, 7}));
  ASSERT_EQ(table.values.size(), values.size());
  EXPECT_EQ(std::memcmp(table.values.data(), values.data(), values.size() * sizeof(double)), 0);
}

TEST(Npy, NotANumberHasNoHiddenMeaning) {
  const Table table = parse(npy("<f8", false, "(1, 1)", test::raw(std::uint64_t{0x7ff8000000000001ULL})));
  EXPECT_TRUE(std::isnan(table.number(0, 0)));
  EXPECT_EQ(table.text(0, 0), nullptr);
}

TEST(Npy, TextsOfEveryKind) {
  const auto texts = [](const std::string& bytes) {
    ByteStream stream = ByteStream::from_memory(bytes, "a.npy");
    const ByteReader read = [&stream](char* to, std::size_t size) { return stream.read(to, size); };
    const NpyHeader header = read_npy_header(read, "a.npy");
    return read_npy_texts(read, header);
  };
  const std::vector<std::string> names = {"cat", "\xC3\xA9l\xC3\xA9phant", "\xF0\x9F\x90\x98", ""};
  EXPECT_EQ(texts(npy_bytes(names)), names);
  EXPECT_EQ(texts(npy("|S3", false, "(2,)", std::string("ab\0cde", 6))), (std::vector<std::string>{"ab", "cde"}));
  EXPECT_EQ(texts(npy(">U1", false, "(1,)", test::raw(std::uint32_t{0xE9}, true))),
            (std::vector<std::string>{"\xC3\xA9"}));
  EXPECT_NE(test::message_of<DataError>([&] { texts(npy("<U1", false, "(1,)", "\xff\xff\xff\xff")); }).find("Unicode"),
            std::string::npos);
}

TEST(Npy, DamageIsNamed) {
  const std::string data = raw_all<double>({1, 2, 3, 4});
  const std::string good = npy("<f8", false, "(2, 2)", data);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_NE(refusal(good.substr(0, size)).find("a.npy: "), std::string::npos) << size;
  EXPECT_NE(refusal(good.substr(0, good.size() - 1)).find("cut off; its header promises 32 bytes"), std::string::npos);
  EXPECT_NE(refusal(good + "x").find("bytes after the array"), std::string::npos);
  EXPECT_NE(refusal("\x93NUMPX" + good.substr(6)).find("no NPY array"), std::string::npos);
  EXPECT_NE(refusal(npy("<c16", false, "(1,)", data)).find("'<c16' is not read"), std::string::npos);
  EXPECT_NE(refusal(npy("|O", false, "(1,)", data)).find("'|O' is unknown"), std::string::npos);
  EXPECT_NE(refusal(npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", data)).find("structured"),
            std::string::npos);
  EXPECT_NE(refusal(npy("{'descr': '<f8', 'fortran_order': False}", data)).find("no 'shape'"), std::string::npos);
  EXPECT_NE(refusal(npy("<f8", false, "(-1, 2)", data)).find("shape is malformed"), std::string::npos);
  EXPECT_NE(refusal(npy("<f8", false, "(2, 1099511627776)", data)).find("1099511627776 along axis 1"),
            std::string::npos);
  EXPECT_NE(refusal(npy("<f8", false, "(1073741824, 4)", data)).find("promises 34359738368 bytes"), std::string::npos);
  EXPECT_NE(refusal(test::gzipped(npy("<f8", false, "(1073741824, 4)", data))).find("promises"), std::string::npos);
  EXPECT_NE(refusal(npy("<U2", false, "(1,)", data)).find("text where numbers belong"), std::string::npos);
  EXPECT_NE(refusal(npy("<f8", false, "(0, 3)", "")).find("has no rows"), std::string::npos);
  EXPECT_NE(refusal(npy("<f8", true, "(3, 0)", "")).find("has no columns"), std::string::npos);
}

}  // namespace
}  // namespace burelu
