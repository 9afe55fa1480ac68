// Polish: never worse than its start, exact normalisation, stops when told; the sets of neurons it works on.
#include "network/polish.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "cpu/cpu_training.hpp"
#include "network/extraction_neurons.hpp"
#include "support/instances.hpp"

namespace burelu {
namespace {

using test::gaussian;
using test::Instance;

Network random_network(index_t d, index_t c, index_t k, std::uint64_t seed) {
  return {gaussian(d, k, seed), gaussian(c, k, seed + 1)};
}

TEST(Polish, IsNeverWorseThanItsStart) {
  const TrainingProblem problem = normalise(test::degenerate(20, 3, 2, 1).problem()).problem;
  CpuTraining backend(problem, 20, 1);
  for (std::uint64_t seed = 0; seed < 5; ++seed)
    for (const auto output : {OutputWeights::free, OutputWeights::eliminated}) {
      Watch watch({});
      Network start = random_network(3, 2, 8, seed);
      double before = training_objective(problem, start);
      for (const double smoothing : {0.3, 10.0, 0.0}) {  // 10: the rounded problem has little to do with the true one
        const Polished end = polish(backend, problem, start, {output, smoothing, 20}, watch);
        EXPECT_LE(end.objective, before);
        EXPECT_DOUBLE_EQ(end.objective, training_objective(problem, end.network));
        start = end.network;
        before = end.objective;
      }
      EXPECT_GT(watch.evaluations(), 0);
    }
}

TEST(Polish, StopsWhenAsked) {
  const TrainingProblem problem = normalise(test::teacher(20, 3, 2, 1).problem()).problem;
  CpuTraining backend(problem, 20, 1);
  Watch watch([](std::int64_t evaluations, double) { return evaluations < 60; });
  const Network start = random_network(3, 2, 8, 2);
  const Polished end = polish(backend, problem, start, {OutputWeights::free, 0.3, 1000}, watch);
  EXPECT_TRUE(watch.stopped());
  EXPECT_LT(watch.evaluations(), 200);
  EXPECT_LE(end.objective, training_objective(problem, start));
}

TEST(Polish, NormalisationIsExact) {
  Instance instance = test::teacher(20, 3, 2, 4);
  for (double& x : instance.X.data) x *= 1e3;
  for (double& y : instance.Y.data) y *= 1e-2;
  const NormalisedProblem normalised = normalise(instance.problem());
  Network network = random_network(3, 2, 5, 6);
  const double inside = training_objective(normalised.problem, network);
  const double back = std::sqrt(normalised.y_scale / normalised.x_scale);
  for (Matrix* M : {&network.U, &network.V})
    for (double& value : M->data) value *= back;
  const double outside = objective(instance.problem(), network);
  EXPECT_NEAR(inside * normalised.y_scale * normalised.y_scale, outside, 1e-13 * outside);
}

TEST(Polish, PreconditionerInvertsTheSecondMoment) {
  const TrainingProblem problem = normalise(test::teacher(40, 4, 2, 4).problem()).problem;
  double trace = 0.0;
  for (const double x : problem.X.data) trace += x * x / 4.0;
  for (index_t a = 0; a < 4; ++a)
    for (index_t b = 0; b < 4; ++b) {
      double moment = 0.0, identity = 0.0;
      for (index_t i = 0; i < 40; ++i) {
        double xa = 0.0, xb = 0.0;
        for (index_t l = 0; l < 4; ++l) {
          xa += problem.X(i, l) * problem.K(l, a);
          xb += problem.X(i, l) * problem.K(l, b);
        }
        moment += xa * xb / trace;
      }
      for (index_t l = 0; l < 4; ++l) identity += problem.K(a, l) * problem.K_inverse(l, b);
      EXPECT_NEAR(moment, a == b ? 1.0 : 0.0, 1e-4);
      EXPECT_NEAR(identity, a == b ? 1.0 : 0.0, 1e-12);
    }
}

TEST(Balanced, NeverRaisesTheObjective) {
  const TrainingProblem problem = normalise(test::teacher(20, 3, 2, 1).problem()).problem;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Network network = random_network(3, 2, 8, seed);
    for (index_t i = 0; i < 3; ++i) network.U(i, 2) = 0.0;  // dead
    EXPECT_LE(training_objective(problem, balanced(network)), training_objective(problem, network));
    EXPECT_EQ(balanced(network).width(), 7);
  }
}

TEST(Neurons, MissingOnesDecreaseTheObjective) {
  const TrainingProblem problem = normalise(test::teacher(30, 3, 2, 5, 0.01).problem()).problem;
  const Network none{Matrix(3, 0), Matrix(2, 0)};
  const Missing missing = missing_neurons(problem, none, 10, 1);
  ASSERT_GT(missing.neurons.width(), 0);
  EXPECT_GT(missing.worst, 1.0);
  EXPECT_LT(training_objective(problem, missing.neurons), training_objective(problem, none));
}

TEST(Neurons, NoneIsMissingWhereTheZeroNetworkIsOptimal) {
  TrainingProblem problem = normalise(test::teacher(30, 3, 2, 5).problem()).problem;
  const Network none{Matrix(3, 0), Matrix(2, 0)};
  const double worst = missing_neurons(problem, none, 50, 1).worst;
  problem.gamma *= 1.001 * worst;
  const Missing missing = missing_neurons(problem, none, 50, 2);
  EXPECT_EQ(missing.neurons.width(), 0);
  EXPECT_NEAR(missing.worst, 1.0 / 1.001, 1e-4);
}

TEST(Neurons, JoiningIsConvexAndMergingKeepsTheFunction) {
  const TrainingProblem problem = normalise(test::teacher(20, 3, 2, 8).problem()).problem;
  const Network a = balanced(random_network(3, 2, 4, 1));
  const Network b = balanced(random_network(3, 2, 6, 3));
  const double fa = training_objective(problem, a);
  const double fb = training_objective(problem, b);
  for (const double share : {0.25, 0.5}) {
    const double joint = training_objective(problem, joined(a, b, share));
    EXPECT_LE(joint, (1.0 - share) * fa + share * fb);
  }
  const Network twice = joined(a, a, 0.3);
  const Network merged = merged_duplicates(twice);
  EXPECT_EQ(merged.width(), 4);
  EXPECT_NEAR(training_objective(problem, merged), fa, 1e-12 * fa);
  EXPECT_EQ(merged_duplicates(joined(a, b, 0.5)).width(), 10);
}

TEST(Neurons, LargestAreKeptInOrder) {
  const Network network = random_network(3, 2, 9, 1);
  EXPECT_EQ(largest_neurons(network, 9).U.data, network.U.data);
  const Network few = largest_neurons(network, 4);
  ASSERT_EQ(few.width(), 4);
  const auto size = [](const Network& net, index_t j) {
    double u = 0.0, v = 0.0;
    for (index_t i = 0; i < 3; ++i) u += net.U(i, j) * net.U(i, j);
    for (index_t i = 0; i < 2; ++i) v += net.V(i, j) * net.V(i, j);
    return u * v;
  };
  double smallest = kInfinity;
  for (index_t j = 0; j < 4; ++j) smallest = std::min(smallest, size(few, j));
  int larger = 0;
  for (index_t j = 0; j < 9; ++j) larger += size(network, j) >= smallest ? 1 : 0;
  EXPECT_EQ(larger, 4);
}

}  // namespace
}  // namespace burelu
