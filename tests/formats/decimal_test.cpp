// The fast parser against std::from_chars, bit for bit.
#include "formats/decimal.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "linalg/random.hpp"

namespace burelu {
namespace {

/// The number at the front of `text`, or null where the parser leaves it to others.
const char* parse(const std::string& text, double& value) {
  // Digits behind the end: what is read of them must not count.
  static std::string padded;
  padded = text + '\n' + std::string(kDecimalPadding, '7');
  const char* stop = parse_decimal(padded.data(), value);
  return stop == nullptr ? nullptr : text.data() + (stop - padded.data());
}

/// Where the parser answers, it answers as std::from_chars does. Whether it did.
bool expect_same(const std::string& text) {
  double wanted = 0.0;
  double value = 0.0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), wanted);
  const char* stopped = parse(text, value);
  if (stopped == nullptr) return false;
  EXPECT_EQ(error, std::errc()) << text;
  EXPECT_EQ(stopped - text.data(), stop - text.data()) << text;
  EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(wanted)) << text;
  return true;
}

TEST(Decimal, EveryWayToWriteANumber) {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "-1.5",
                           "5.",
                           ".5",
                           "-.5",
                           "1e5",
                           "1E+05",
                           "1e-5",
                           "1e",
                           "1e+",
                           "1ex",
                           "1.5e3,2",
                           "00012.500",
                           "",
                           "-",
                           ".",
                           "-.",
                           "x",
                           "+1",
                           "--1",
                           "nan",
                           "inf",
                           "-inf",
                           "infinity",
                           "1e999",
                           "1e-999",
                           "9007199254740993",
                           "9007199254740992.5",
                           "9007199254740993.0000000000000000000001",
                           "18446744073709551615",
                           "18446744073709551616",
                           "9999999999999999999",
                           "99999999999999999999",
                           "0.1",
                           "0.3",
                           "1e22",
                           "1e23",
                           "1e27",
                           "1e28",
                           "8.5e-27",
                           "1e-28",
                           "2.2250738585072011e-308",
                           "4.9e-324",
                           "1.7976931348623157e308",
                           "0.000000000000000000000000000001",
                           "123456789012345678901234567890",
                           "1234567x",
                           "12345678x",
                           "123456789:",
                           "1234567/",
                           "1 2",
                           "1,2",
                           "0x10",
                           "0.00000000000000000000000000000000000000000000000000000000000000001e60"})
    expect_same(text);
  expect_same("0." + std::string(2000, '0') + "1e2000");
  expect_same(std::string(2000, '9'));
  expect_same("1e00000000000000000001");
}

TEST(Decimal, NumbersOfTablesAreNotLeftToOthers) {
  for (const char* text : {"0", "-0", "1", "-1.5", "0.1", "255", "1e5", "1E+05", "1e-5", "-1.624345363663241730e+00",
                           "0.30000000000000004", "1.5e3,2", "1,2", "0.0001", "1234567890123456789"})
    EXPECT_TRUE(expect_same(text)) << text;
  double value = 1.0;
  ASSERT_NE(parse("-0.000", value), nullptr);
  EXPECT_TRUE(std::signbit(value));
}

TEST(Decimal, RandomNumbersInEveryFormat) {
  Random random(12);
  const char* formats[] = {"%.17g", "%.16g", "%.18e", "%.15f", "%.6g", "%.3f", "%.1f", "%.19g", "%.0f", "%a"};
  int answered = 0;
  for (int k = 0; k < 400000; ++k) {
    const double size = k % 2 == 0 ? 1.0 : std::exp(20.0 * random.normal());
    char text[512];
    std::snprintf(text, sizeof text, formats[k % 10], random.normal() * size);
    answered += expect_same(text) ? 1 : 0;
  }
  EXPECT_GT(answered, 200000);
}

TEST(Decimal, TiesAndTheirNeighbours) {
  Random random(5);
  for (int k = 0; k < 100000; ++k) {
    // m + 1/2 with 53 bits of m lies between two doubles.
    const std::uint64_t m = (random.bits() >> 11U) | (std::uint64_t{1} << 52U);
    const std::string half = std::to_string(m) + (k % 3 == 0 ? ".5" : k % 3 == 1 ? ".501" : ".499");
    expect_same(half);
    expect_same(std::to_string(2 * m + 1) + "e" + std::to_string(static_cast<int>(random.bits() % 30) - 15));
  }
}

TEST(Decimal, DoesNotReadBeyondThePadding) {
  const std::string text = "-1234567812345678123456781234567812345678";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string line = text.substr(0, size) + "\n" + std::string(kDecimalPadding, '1');
    const std::vector<char> exact(line.begin(), line.end());  // a sanitizer sees what lies behind
    double value = 0.0;
    const char* stop = parse_decimal(exact.data(), value);
    if (size < 2 || size > 20) {
      EXPECT_EQ(stop, nullptr) << size;
    }
    if (stop != nullptr) {
      EXPECT_EQ(stop, exact.data() + size);
    }
  }
}

}  // namespace
}  // namespace burelu
