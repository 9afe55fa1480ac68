// The lemma against its definition: mu(W) of the data given is at most gamma where tamed_gamma() says so.
#include "problem/dominance.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/instances.hpp"

namespace burelu {
namespace {

/// Feature 0 of this size and, from `both` on, of either sign; the others of order one.
test::Instance with_feature(double size, index_t features, std::uint64_t seed, bool both = false) {
  test::Instance out{test::gaussian(12, features, seed), test::gaussian(12, 2, seed + 50), 0.1};
  for (index_t i = 0; i < out.X.rows; ++i)
    out.X(i, 0) = (both && i % 3 == 0 ? -1.0 : 1.0) * size * (1.0 + 0.02 * static_cast<double>(i));
  return out;
}

double response(const Matrix& X, const Matrix& W, double u0, double u1) {
  double sums[2] = {0.0, 0.0};
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < 2; ++j) sums[j] += std::max(0.0, X(i, 0) * u0 + X(i, 1) * u1) * W(i, j);
  return std::hypot(sums[0], sums[1]) / std::hypot(u0, u1);
}

/// mu(W) of two features: weights u0 of every size beside u1, and those on the kinks.
double largest_response(const Matrix& X, const Matrix& W) {
  double largest = std::max(response(X, W, 1.0, 0.0), response(X, W, -1.0, 0.0));
  for (index_t i = 0; i < X.rows; ++i)
    for (const double sign : {1.0, -1.0}) largest = std::max(largest, response(X, W, -sign * X(i, 1), sign * X(i, 0)));
  for (double u0 = 1e-20; u0 < 1e6; u0 *= 1.003)
    for (const double sign : {1.0, -1.0})
      for (const double u1 : {1.0, -1.0}) largest = std::max(largest, response(X, W, sign * u0, u1));
  return largest;
}

TEST(Dominance, IsFoundWhereOneFeatureIsLargerInEveryRow) {
  const test::Instance seconds = with_feature(1.7e9, 3, 1);
  const auto found = dominant_feature(seconds.problem());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->feature, 0);
  const Matrix X = tamed(seconds.problem().X, *found);
  for (index_t i = 0; i < X.rows; ++i) {
    EXPECT_GT(X(i, 0), 100.0 * std::hypot(X(i, 1), X(i, 2)));
    EXPECT_LT(X(i, 0), 1e6);
    EXPECT_EQ(X(i, 1), seconds.X(i, 1));
  }
  EXPECT_TRUE(dominant_feature(with_feature(-4e12, 2, 1, true).problem()));

  EXPECT_FALSE(dominant_feature(with_feature(30.0, 3, 1).problem())) << "not by far";
  EXPECT_FALSE(dominant_feature(with_feature(1.7e9, 1, 1).problem())) << "there is nothing else";
  test::Instance once = with_feature(1.7e9, 3, 1);
  once.X(4, 0) = 1.0;
  EXPECT_FALSE(dominant_feature(once.problem())) << "not in every row";
  test::Instance two = with_feature(1.7e9, 3, 1);
  for (index_t i = 0; i < two.X.rows; ++i) two.X(i, 2) *= 1e9;
  EXPECT_FALSE(dominant_feature(two.problem())) << "another is as large";
}

TEST(Dominance, WhatTheTamedDataProveHoldsForTheData) {
  int tight = 0;
  for (const bool both : {false, true})
    for (const double size : {1e5, 1.7e9, 1e13})
      for (std::uint64_t seed = 0; seed < 4; ++seed) {
        test::Instance instance = with_feature(size, 2, seed, both);
        const auto dominance = dominant_feature(instance.problem());
        ASSERT_TRUE(dominance);
        const Matrix X = tamed(instance.problem().X, *dominance);
        Matrix W = without_response(instance.problem().X, test::gaussian(12, 2, seed + 9), *dominance);
        const double tamed_mu = largest_response(X, W);
        for (double& w : W.data) w *= instance.gamma * (1.0 - 1e-4) / tamed_mu;
        const double a = tamed_gamma(instance.problem(), W, *dominance);
        ASSERT_GT(a, instance.gamma * (1.0 - 1e-4)) << size;
        EXPECT_LE(largest_response(instance.X, W), instance.gamma) << size;
        tight += largest_response(instance.X, W) > 0.9 * instance.gamma ? 1 : 0;
      }
  EXPECT_GT(tight, 12);
}

TEST(Dominance, ResponsesAreRefused) {
  const test::Instance instance = with_feature(1.7e9, 2, 3);
  const auto dominance = dominant_feature(instance.problem());
  Matrix W(12, 2, 1e-8);  // responds with 200
  EXPECT_EQ(tamed_gamma(instance.problem(), W, *dominance), 0.0);
  W = without_response(instance.problem().X, W, *dominance);
  EXPECT_GT(tamed_gamma(instance.problem(), W, *dominance), 0.0);
  EXPECT_EQ(tamed_gamma(instance.problem(), W, {5, -20}), 0.0) << "there is no such feature";
  EXPECT_LT(tamed_gamma(instance.problem(), W, {0, -60}), 1e-3 * instance.gamma) << "tamed too much";
  EXPECT_EQ(tamed_gamma(instance.problem(), W, {1, -10}), 0.0) << "it does not dominate";
}

}  // namespace
}  // namespace burelu
