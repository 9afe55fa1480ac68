// Features larger than all others by far: bounds close to networks, proven for the data as given.
#include "driver/dominant.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/solve.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"

namespace burelu {
namespace {

/// Targets of the sine of the other features beside a large one that grows a little from row to row.
test::Instance large_feature(double size, double step, index_t others) {
  test::Instance out{test::gaussian(24, others + 1, 7), Matrix(24, 1), 0.1};
  for (index_t i = 0; i < out.X.rows; ++i) {
    out.X(i, 0) = size * (1.0 + step * static_cast<double>(i));
    out.Y(i, 0) = 1.0 + std::sin(2.0 * out.X(i, 1));
  }
  return out;
}

Training trained(const test::Instance& instance, BoundMethod bound) {
  TrainOptions options;
  options.solve.bound = bound;
  options.solve.max_evaluations = bound == BoundMethod::relaxation ? 4000 : 0;
  return train(instance.problem(), options);
}

class DominantFeature : public ::testing::TestWithParam<BoundMethod> {};

TEST_P(DominantFeature, LeavesABoundCloseToTheNetwork) {
  for (const double size : {2e7, 1.7e9, 3e12}) {
    const test::Instance instance = large_feature(size, 2e-6, 2);
    const Training result = trained(instance, GetParam());
    if (GetParam() == BoundMethod::branch)
      EXPECT_GT(result.relaxation.lower_bound, 0.99 * result.objective) << size;
    else  // its optimum is at .55 of the network; what the certificate proves of it
      EXPECT_GT(result.relaxation.lower_bound, 0.85 * result.relaxation.objective) << size;
    EXPECT_LE(result.relaxation.lower_bound, result.objective) << size;
    EXPECT_NEAR(objective(instance.problem(), result.network), result.objective, 1e-9 * result.objective);
    const auto again = certified_bound(instance.problem(), result.relaxation.certificate);
    ASSERT_TRUE(again) << size;
    EXPECT_EQ(*again, result.relaxation.lower_bound) << size;
    EXPECT_EQ(result.relaxation.certificate.gamma, instance.gamma);
    EXPECT_EQ(result.relaxation.certificate.data_hash, data_hash(instance.problem()));
    for (const HistoryEntry& entry : result.relaxation.history)
      EXPECT_FALSE(entry.lower_bound > result.relaxation.lower_bound);
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, DominantFeature, ::testing::Values(BoundMethod::branch, BoundMethod::relaxation));

// Populations: the feature varies by a factor of hundreds, the rest is small even beside gamma.
TEST(Dominant, TrainsNetworksThatUseTheFeature) {
  test::Instance instance = large_feature(3e11, 0.7, 1);
  for (index_t i = 0; i < instance.X.rows; ++i) instance.X(i, 1) *= 0.02;
  const Training result = trained(instance, BoundMethod::automatic);
  double zero = 0.0;
  for (const double y : instance.Y.data) zero += 0.5 * y * y;
  EXPECT_LT(result.objective, 0.9 * zero);
  EXPECT_GT(result.relaxation.lower_bound, 0.95 * result.objective);
}

TEST(Dominant, ACertificateOfOtherDataProvesNothing) {
  const test::Instance instance = large_feature(1.7e9, 2e-6, 2);
  Certificate certificate = trained(instance, BoundMethod::branch).relaxation.certificate;
  ASSERT_GE(certificate.dominant, 0);
  Certificate wrong = certificate;
  wrong.dominant = 1;
  EXPECT_FALSE(certified_bound(instance.problem(), wrong));
  wrong = certificate;
  wrong.W(3, 0) += 1e-6;  // now it responds
  EXPECT_FALSE(certified_bound(instance.problem(), wrong));
  wrong = certificate;
  for (double& w : wrong.W.data) w *= 1.1;
  EXPECT_FALSE(certified_bound(instance.problem(), wrong));
}

}  // namespace
}  // namespace burelu
