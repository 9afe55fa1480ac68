// Training to the global optimum: network and bound agree, and no network found in any other way is below the bound.
#include "branch/global.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "branch/cases.hpp"
#include "branch/weights.hpp"
#include "linalg/dense.hpp"
#include "linalg/thread_scope.hpp"
#include "network/extraction.hpp"
#include "support/devices.hpp"

namespace burelu {
namespace {

GlobalOptimum optimum(const test::Instance& instance, double tolerance) {
  const Problem problem = instance.problem();
  GlobalLimits limits;
  limits.tolerance = tolerance;
  return train_globally(test::processor(), problem, presolve(problem), limits);
}

double multi_start(const test::Instance& instance) {
  TrainOptions options;
  options.starts = 3;
  options.polish_iterations = 60;
  std::int64_t evaluations = 0;
  const Network network = train_network(test::processor(), instance.problem(), nullptr, options, {}, evaluations);
  return objective(instance.problem(), network);
}

TEST(Global, NetworkAndBoundAgreeAndNoOtherNetworkIsBelow) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    test::Instance instance = test::branch_case(seed);
    instance.gamma = std::pow(10.0, static_cast<double>(seed % 4) - 2.0);
    const GlobalOptimum found = optimum(instance, 1e-3);
    ASSERT_FALSE(found.certificate.empty()) << seed;
    EXPECT_TRUE(found.reached) << seed;
    const double bound = found.certificate.lower_bound;
    EXPECT_NEAR(objective(instance.problem(), found.network), found.objective, 1e-9 * found.objective) << seed;
    EXPECT_LE(bound, found.objective) << seed;
    EXPECT_LE(found.objective - bound, 1.0001e-3 * found.objective) << seed;
    EXPECT_LE(bound, multi_start(instance)) << seed;
    const auto again = branched_bound(instance.problem(), found.certificate);
    ASSERT_TRUE(again.has_value()) << seed;
    EXPECT_EQ(*again, bound) << seed;
  }
}

// Numbers so far apart that the squares of the small ones vanish: u = v = (0.9e80)^(1/2) has the objective 0.095.
TEST(Global, SquaresThatVanishProveNothing) {
  for (const double large : {1e60, 1e78, 1e80, 1e100}) {
    test::Instance instance{Matrix(2, 1), Matrix(2, 1), 1e-81};
    instance.X(0, 0) = -large;
    instance.X(1, 0) = 1e-80;
    instance.Y(1, 0) = 1.0;
    Network network{Matrix(1, 1), Matrix(1, 1)};
    network.U(0, 0) = network.V(0, 0) = std::sqrt(0.9e80);
    const double reached = objective(instance.problem(), network);
    ASSERT_NEAR(reached, 0.095, 1e-6);
    const GlobalOptimum found = optimum(instance, 1e-3);
    if (!found.certificate.empty()) {
      EXPECT_LE(found.certificate.lower_bound, reached) << large;
    }
  }
}

TEST(Global, AboveTheLargestGammaTheZeroNetworkIsOptimalAndBelowItIsNot) {
  for (const std::uint64_t seed : {1U, 7U, 12U}) {
    test::Instance instance = test::branch_case(seed);
    const double most = largest_gamma(instance.X, instance.Y, presolve(instance.problem()), 1e-6);
    instance.gamma = most * (1.0 + 1e-9);
    EXPECT_EQ(optimum(instance, 1e-6).network.width(), 0) << seed;
    instance.gamma = most * 0.99;
    EXPECT_GE(optimum(instance, 1e-6).network.width(), 1) << seed;
  }
}

TEST(Global, StoppedAtOnceItKeepsWhatThereIs) {
  const test::Instance instance = test::branch_case(4);
  const Problem problem = instance.problem();
  GlobalLimits limits;
  limits.keep_going = [](const GlobalProgress&) { return false; };
  const GlobalOptimum found = train_globally(test::processor(), problem, presolve(problem), limits);
  EXPECT_TRUE(found.stopped);
  EXPECT_FALSE(found.reached);
  EXPECT_EQ(found.objective, objective(problem, found.network));
  ASSERT_FALSE(found.certificate.empty());
  EXPECT_GT(found.certificate.lower_bound, 0.0);
  EXPECT_LE(found.certificate.lower_bound, found.objective);
}

TEST(Global, AnyNumberOfThreadsTrainsTheSame) {
  for (const std::uint64_t seed : {3U, 7U}) {
    const test::Instance instance = test::branch_case(seed);
    std::vector<GlobalOptimum> found;
    for (const int threads : {1, 2, 2, 3}) {
      const ThreadScope scope(threads);
      found.push_back(optimum(instance, 1e-3));
    }
    for (const GlobalOptimum& other : found) {
      EXPECT_EQ(other.certificate.lower_bound, found[0].certificate.lower_bound) << seed;
      EXPECT_EQ(other.objective, found[0].objective) << seed;
      EXPECT_EQ(other.cells, found[0].cells) << seed;
      EXPECT_EQ(other.network.U.data, found[0].network.U.data) << seed;
      EXPECT_EQ(other.certificate.W.data, found[0].certificate.W.data) << seed;
    }
  }
}

TEST(Global, AnEstimateAboveItsLimitEndsItBeforeTheFirstSearch) {
  const test::Instance instance = test::teacher(25, 6, 1, 3);
  GlobalLimits limits;
  limits.work = 1.0;
  const GlobalOptimum found =
      train_globally(test::processor(), instance.problem(), presolve(instance.problem()), limits);
  EXPECT_GT(found.estimated, 1.0);
  EXPECT_TRUE(found.stopped);
  EXPECT_EQ(found.cells, 0);
}

// Wide boxes have rounding errors of a size that narrow ones have not: they are cut on.
TEST(Global, AFeatureSmallerByFarLeavesNoGap) {
  test::Instance instance = test::teacher(20, 2, 1, 3);
  for (index_t i = 0; i < instance.X.rows; ++i) instance.X(i, 1) *= 1e-8;
  instance.gamma = 0.05 * largest_gamma(instance.X, instance.Y, presolve(instance.problem()), 1e-2);
  EXPECT_TRUE(optimum(instance, 1e-3).reached);
}

// Kinks so many that none alone matters to an ascent.
TEST(Global, ThousandsOfSamples) {
  test::Instance instance = test::teacher(6000, 3, 2, 8);
  const double most = largest_gamma(instance.X, instance.Y, presolve(instance.problem()), 1e-2);
  instance.gamma = 0.05 * most;
  const GlobalOptimum found = optimum(instance, 1e-2);
  EXPECT_TRUE(found.reached);
  EXPECT_NEAR(objective(instance.problem(), found.network), found.objective, 1e-9 * found.objective);
  EXPECT_LE(found.certificate.lower_bound, found.objective);
}

// Not even the first W can be searched: nothing is spent on others.
TEST(Global, ManyFeaturesEndItInTheFirstRound) {
  const test::Instance instance = test::teacher(120, 11, 2, 3);
  const Presolved reduced = presolve(instance.problem());
  GlobalLimits limits;
  limits.work = 1e9;
  const GlobalOptimum found = train_globally(test::processor(), instance.problem(), reduced, limits);
  EXPECT_TRUE(found.stopped);
  EXPECT_EQ(found.rounds, 1);
  EXPECT_EQ(found.cells, 0);
  EXPECT_FALSE(found.certificate.empty());
  EXPECT_EQ(largest_gamma(instance.X, instance.Y, reduced, 1e-3, 1e-6, 1e9), std::numeric_limits<double>::infinity());
}

TEST(Global, ATamperedCertificateProvesNothing) {
  test::Instance instance = test::teacher(20, 3, 2, 5);
  Certificate certificate = optimum(instance, 1e-4).certificate;
  ASSERT_TRUE(branched_bound(instance.problem(), certificate).has_value());
  for (double& w : certificate.W.data) w *= 1.01;
  EXPECT_FALSE(branched_bound(instance.problem(), certificate).has_value());
  certificate.W = Matrix(3, 2);
  EXPECT_FALSE(branched_bound(instance.problem(), certificate).has_value());
}

TEST(Weights, OptimalityConditionsHoldWithEqualAndNearlyEqualDirections) {
  const Matrix Y = test::gaussian(30, 2, 2);
  Matrix H = test::gaussian(30, 12, 1);
  for (double& h : H.data) h = std::max(h, 0.0);
  for (index_t i = 0; i < 30; ++i) {
    H(i, 1) = H(i, 0);
    H(i, 3) = H(i, 2) * (1.0 + 1e-9 * static_cast<double>(i));
  }
  const Matrix gram = product(transposed(H), H);
  const Matrix right = product(transposed(H), Y);
  for (const double gamma : {1e-3, 0.3, 3.0}) {
    Matrix V(12, 2);
    EXPECT_LE(fit_weights(gram, right, gamma, V), 1e-8);
    for (index_t k = 0; k < 12; ++k) {
      double square = 0.0, length = 0.0, along = 0.0;
      for (index_t z = 0; z < 2; ++z) {
        double r = right(k, z);
        for (index_t j = 0; j < 12; ++j) r -= gram(k, j) * V(j, z);
        square += r * r;
        length += V(k, z) * V(k, z);
        along += r * V(k, z);
      }
      EXPECT_LE(std::sqrt(square), gamma * (1.0 + 1e-7));
      EXPECT_NEAR(along, gamma * std::sqrt(length), 1e-6 * gamma * std::sqrt(length) + 1e-8);
    }
  }
}

}  // namespace
}  // namespace burelu
