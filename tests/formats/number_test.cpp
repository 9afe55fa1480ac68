// Numbers to text and back.
#include "formats/number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "linalg/random.hpp"

namespace burelu {
namespace {

TEST(Number, WholeFieldOrNothing) {
  double value = 0.0;
  for (const char* text : {"", "x", "1x", "1,5", "--1", "+-1", "1 2", "0x", "+"})
    EXPECT_FALSE(parse_number(text, value)) << text;
  ASSERT_TRUE(parse_number("+2.5e-3", value));
  EXPECT_EQ(value, 2.5e-3);
  ASSERT_TRUE(parse_number("nan", value));
  EXPECT_TRUE(std::isnan(value));
  ASSERT_TRUE(parse_number("1e400", value));
  EXPECT_EQ(value, std::numeric_limits<double>::infinity());
  ASSERT_TRUE(parse_number("1e-400", value));
  EXPECT_EQ(value, 0.0);
}

TEST(Number, BoundsAreNeverRoundedUp) {
  EXPECT_EQ(rounded_down(6.0, 8), "6");
  EXPECT_EQ(rounded_down(0.19999999999, 8), "0.19999999");
  EXPECT_EQ(rounded_down(-0.11111111111, 4), "-0.1112");
  EXPECT_EQ(rounded_down(999999.96, 6), "999999");
  EXPECT_EQ(rounded_down(0.0, 6), "0");
  Random random(11);
  for (int k = 0; k < 2000; ++k) {
    const double value = random.normal() * std::pow(10.0, 40.0 * random.normal());
    double read = 0.0;
    ASSERT_TRUE(parse_number(rounded_down(value, 6), read));
    EXPECT_LE(read, value);
    EXPECT_GE(read, value - 2e-5 * std::fabs(value));
  }
}

TEST(Number, BothTextsReadBackBitForBit) {
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    const double value = std::bit_cast<double>(random.bits());
    if (!std::isfinite(value)) continue;
    for (const std::string& text : {short_number(value), full_number(value)}) {
      double back = 0.0;
      ASSERT_TRUE(parse_number(text, back)) << text;
      EXPECT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
    }
  }
  EXPECT_EQ(short_number(1.0), "1");
}

}  // namespace
}  // namespace burelu
