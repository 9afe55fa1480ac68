// Built-in data: shapes, geometry, repeatability.
#include "data/builtin.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "linalg/random.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

std::string refusal(const std::string& source) {
  return test::message_of<DataError>([&source] { generate_builtin(source); });
}

TEST(Builtin, GeneratorMatchesItsPublishedNumbers) {
  // First output of xoshiro256++ from the state that splitmix64 makes of seed 0: rotl(s0 + s3, 23) + s0.
  const std::uint64_t s0 = 0xe220a8397b1dcdafULL;  // splitmix64(0), as published with the generator
  const std::uint64_t s3 = 0xf88bb8a8724c81ecULL;
  EXPECT_EQ(Random(0).bits(), std::rotl(s0 + s3, 23) + s0);
}

TEST(Builtin, NormalNumbersHaveTheirMoments) {
  Random random(1);
  double sum = 0.0;
  double squares = 0.0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 0.02);  // 6 standard errors
  EXPECT_NEAR(squares / kDraws, 1.0, 0.03);
}

TEST(Builtin, SpiralHasThreeArmsOfGrowingRadius) {
  const Table table = generate_builtin("builtin:spiral");
  ASSERT_EQ(table.rows, 60);
  ASSERT_EQ(table.columns(), 3);
  for (index_t i = 0; i < 60; ++i) {
    EXPECT_EQ(table.number(i, 2), static_cast<double>(i / 20));
    const double radius = std::hypot(table.number(i, 0), table.number(i, 1));
    EXPECT_NEAR(radius, 0.5 * static_cast<double>(i % 20) / 19.0, 1e-15);
  }
}

TEST(Builtin, SizesAndSharing) {
  const Table spiral = generate_builtin("builtin:spiral?n=11&classes=4");
  EXPECT_EQ(spiral.rows, 11);
  EXPECT_EQ(spiral.number(10, 2), 3.0);
  const Table teacher = generate_builtin("builtin:teacher?n=7&d=3&c=2&seed=5");
  EXPECT_EQ(teacher.rows, 7);
  ASSERT_EQ(teacher.columns(), 5);
  EXPECT_EQ(teacher.names[3], "y0");
  EXPECT_EQ(generate_builtin("builtin:teacher?c=1&n=3").names.back(), "y0");
  EXPECT_EQ(generate_builtin("builtin:blobs?d=6").columns(), 7);
  EXPECT_EQ(generate_builtin("builtin:spiral?n=0").rows, 0);
}

TEST(Builtin, SeedDecidesEverything) {
  const auto value = [](const char* source) { return generate_builtin(source).number(4, 0); };
  EXPECT_EQ(value("builtin:teacher?seed=3"), value("builtin:teacher?seed=3"));
  EXPECT_NE(value("builtin:teacher?seed=3"), value("builtin:teacher?seed=4"));
}

TEST(Builtin, MistakesAreNamed) {
  EXPECT_NE(refusal("builtin:helix").find("no such built-in data; there are blobs, spiral, teacher"),
            std::string::npos);
  EXPECT_NE(refusal("builtin:spiral?m=3").find("no parameter 'm'; there are classes, n, noise, seed"),
            std::string::npos);
  EXPECT_NE(refusal("builtin:spiral?n=x").find("'n=x' gives no number"), std::string::npos);
  EXPECT_NE(refusal("builtin:spiral?n").find("gives no number"), std::string::npos);
  EXPECT_NE(refusal("builtin:spiral?n=1.5").find("whole number"), std::string::npos);
  EXPECT_NE(refusal("builtin:spiral?classes=0").find("at least 1"), std::string::npos);
  EXPECT_NE(refusal("builtin:spiral?noise=nan").find("at least 0"), std::string::npos);
  EXPECT_NE(refusal("builtin:teacher?n=1e12").find("more than 1e9"), std::string::npos);
}

}  // namespace
}  // namespace burelu
