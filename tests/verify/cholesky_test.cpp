// Intervals enclose, and only certainly positive semidefinite matrices pass.
#include "verify/cholesky.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace burelu::verify {
namespace {

TEST(Interval, EnclosesExactResults) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(-10.0, 10.0);
  for (int k = 0; k < 10000; ++k) {
    const double a = uniform(random);
    const double b = std::ldexp(uniform(random), k % 60 - 30);
    const auto x = static_cast<__float128>(a);
    const auto y = static_cast<__float128>(b);
    const Interval sum = Interval(a) + Interval(b);
    const Interval difference = Interval(a) - Interval(b);
    const Interval product = Interval(a) * Interval(b);
    EXPECT_TRUE(sum.low < x + y && x + y < sum.high);
    EXPECT_TRUE(difference.low < x - y && x - y < difference.high);
    EXPECT_TRUE(product.low < x * y && x * y < product.high);
    EXPECT_LE(product.high - product.low, 1e-14 * std::abs(a * b) + 1e-300);
  }
}

TEST(Interval, ProductsOfEverySign) {
  const Interval cases[] = {{-2, -1}, {-1, 3}, {1, 2}};
  for (const Interval& a : cases)
    for (const Interval& b : cases) {
      const Interval product = a * b;
      for (const double x : {a.low, 0.5 * (a.low + a.high), a.high})
        for (const double y : {b.low, 0.5 * (b.low + b.high), b.high})
          EXPECT_TRUE(product.low <= x * y && x * y <= product.high);
    }
}

// What half of an odd subnormal loses may meet a large factor later.
TEST(Interval, HalvesAreExactOrEnclosed) {
  const double least = 5e-324;
  for (const double value : {1.0, -3.0, 2.0 * least, 1e308, 0.0}) {
    EXPECT_EQ(halved(value).low, 0.5 * value);
    EXPECT_EQ(halved(value).high, 0.5 * value);
  }
  for (const double value : {least, -least, 3.0 * least, 5.0 * least}) {
    EXPECT_LT(halved(value).low + halved(value).low, value);
    EXPECT_GT(halved(value).high + halved(value).high, value);
  }
}

/// A = B B' + shift I with B of rank order - 1, so that `shift` is the smallest eigenvalue.
SymmetricIntervals matrix(std::size_t order, double shift, double radius) {
  std::mt19937_64 random(order);
  std::normal_distribution<double> normal;
  std::vector<double> B(order * order);
  for (double& value : B) value = normal(random);
  SymmetricIntervals out(order);
  for (std::size_t i = 0; i < order; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = i == j ? shift : 0.0;
      for (std::size_t k = 0; k + 1 < order; ++k) sum += B[i * order + k] * B[j * order + k];
      out(i, j) = {sum - radius, sum + radius};
    }
  return out;
}

TEST(CertainlyPositive, DecidesBySmallestEigenvalue) {
  for (const std::size_t order : {2U, 3U, 64U, 65U, 130U}) {
    EXPECT_TRUE(certainly_positive(matrix(order, 1e-6 * static_cast<double>(order), 0.0))) << order;
    EXPECT_FALSE(certainly_positive(matrix(order, -1e-6 * static_cast<double>(order), 0.0))) << order;
    EXPECT_FALSE(certainly_positive(matrix(order, 0.0, 0.0))) << order;  // singular: no room for rounding
  }
}

TEST(CertainlyPositive, RadiusCounts) {
  EXPECT_TRUE(certainly_positive(matrix(20, 1.0, 0.01)));
  EXPECT_FALSE(certainly_positive(matrix(20, 1.0, 0.2)));
}

TEST(CertainlyPositive, ScaleOfTheRowsDoesNotMatter) {
  SymmetricIntervals A = matrix(30, 1e-6, 0.0);
  for (std::size_t i = 0; i < 30; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const int power = static_cast<int>(i + j) * 5 - 150;
      A(i, j) = {std::ldexp(A(i, j).low, power), std::ldexp(A(i, j).high, power)};
    }
  EXPECT_TRUE(certainly_positive(A));
}

TEST(CertainlyPositive, NotANumberIsRefused) {
  SymmetricIntervals A = matrix(5, 1.0, 0.0);
  A(3, 1) = {std::nan(""), std::nan("")};
  EXPECT_FALSE(certainly_positive(A));
  SymmetricIntervals B = matrix(5, 1.0, 0.0);
  B(4, 4).high = INFINITY;
  EXPECT_FALSE(certainly_positive(B));
}

}  // namespace
}  // namespace burelu::verify
