// Gradient descent with momentum: its step against finite differences, its rate, its end.
#include "study/momentum_descent.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/instances.hpp"

namespace burelu::study {
namespace {

MomentumOptions steps(double rate, int epochs, double momentum) {
  MomentumOptions options;
  options.learning_rate = rate;
  options.epochs = epochs;
  options.momentum = momentum;
  options.visit_every = 1;
  return options;
}

// Central differences of the objective.
double slope(const Problem& problem, Network network, Matrix Network::*weights, std::size_t entry) {
  constexpr double kStep = 1e-6;
  (network.*weights).data[entry] += kStep;
  const double above = objective(problem, network);
  (network.*weights).data[entry] -= 2.0 * kStep;
  return (above - objective(problem, network)) / (2.0 * kStep);
}

TEST(Momentum, StepsAreTheHeavyBall) {
  const test::Instance instance = test::teacher(12, 3, 2, 1);
  const Problem problem = instance.problem();
  const Network start = uniform_network(3, 2, 6, 2);
  constexpr double kRate = 1e-3;
  std::vector<Network> path = {start};
  descend_with_momentum(problem, start, steps(kRate, 2, 0.9),
                        [&](int, const Network& network) { path.push_back(network); });
  ASSERT_EQ(path.size(), 3U);
  for (const auto weights : {&Network::U, &Network::V})
    for (std::size_t i = 0; i < (start.*weights).data.size(); ++i) {
      const double first = (path[1].*weights).data[i] - (path[0].*weights).data[i];
      const double second = (path[2].*weights).data[i] - (path[1].*weights).data[i];
      EXPECT_NEAR(first, -kRate * slope(problem, path[0], weights, i), 1e-9);
      EXPECT_NEAR(second, 0.9 * first - kRate * slope(problem, path[1], weights, i), 1e-9);
    }
}

TEST(Momentum, TheObjectiveIsThatOfTheNetwork) {
  const test::Instance instance = test::teacher(12, 3, 2, 1);
  const Network start = uniform_network(3, 2, 20, 2);
  const double rate = 0.5 / curvature(instance.problem(), start);
  const Descended end = descend_with_momentum(instance.problem(), start, steps(rate, 300, 0.95));
  EXPECT_NEAR(end.objective, objective(instance.problem(), end.network), 1e-12 * end.objective);
  EXPECT_LT(end.objective, 0.5 * objective(instance.problem(), start));
}

TEST(Momentum, DivergenceEndsWithAnInfiniteObjective) {
  const test::Instance instance = test::teacher(12, 3, 2, 1);
  const Network start = uniform_network(3, 2, 20, 2);
  const double rate = 100.0 / curvature(instance.problem(), start);
  EXPECT_TRUE(std::isinf(descend_with_momentum(instance.problem(), start, steps(rate, 300, 0.95)).objective));
}

TEST(Momentum, TheRateIsHalvedOnAPlateau) {
  // A target of zero and a start of zero output weights: the objective stays where it is, V stays 0, U shrinks by
  // 1 - rate gamma a step without momentum.
  test::Instance instance = test::teacher(5, 2, 1, 1, 1e-6);
  instance.Y = Matrix(5, 1);
  Network start{Matrix(2, 1, 1.0), Matrix(1, 1)};
  MomentumOptions options = steps(1e3, 60, 0.0);
  options.look_every = 10;
  options.patience = 2;
  std::vector<double> weight = {1.0};
  descend_with_momentum(instance.problem(), start, options,
                        [&](int, const Network& network) { weight.push_back(network.U(0, 0)); });
  const auto shrink = [&](std::size_t epoch) { return 1.0 - weight[epoch] / weight[epoch - 1]; };
  EXPECT_NEAR(shrink(10), 1e-3, 1e-9);
  EXPECT_NEAR(shrink(60), 1e-3, 1e-9);  // 1e-3 an epoch is an improvement of more than 1e-4 a look
  options.learning_rate = 1.0;          // now it is not: looks 2, 3 and 4 are bad, the third of them halves
  weight = {1.0};
  descend_with_momentum(instance.problem(), start, options,
                        [&](int, const Network& network) { weight.push_back(network.U(0, 0)); });
  EXPECT_NEAR(shrink(40), 1e-6, 1e-11);
  EXPECT_NEAR(shrink(41), 0.5e-6, 1e-11);
}

TEST(Momentum, TheCurvatureBoundsThatOfTheLoss) {
  const test::Instance instance = test::teacher(12, 3, 2, 1);
  const Network start = uniform_network(3, 2, 20, 2);
  const double bound = curvature(instance.problem(), start);
  // Below 2 over the curvature plain gradient descent goes down at every step from here.
  double before = objective(instance.problem(), start);
  descend_with_momentum(instance.problem(), start, steps(0.5 / bound, 20, 0.0), [&](int, const Network& network) {
    const double now = objective(instance.problem(), network);
    EXPECT_LT(now, before);
    before = now;
  });
}

}  // namespace
}  // namespace burelu::study
