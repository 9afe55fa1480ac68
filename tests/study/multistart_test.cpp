// Multi-start training: gradients against differences, the batch against one start at a time, known optima.
#include "study/multistart.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "study/brute_force.hpp"

namespace burelu::study {
namespace {

TEST(StartBatch, ObjectiveIsThatOfTheNetworks) {
  const auto tiny = test::tiny(0, 7, 3, 2);
  const Problem problem = tiny.problem(0.2);
  StartBatch batch(problem, 5, 3, 1);
  const std::vector<double> objectives = batch.evaluate();
  for (int s = 0; s < 3; ++s)
    EXPECT_NEAR(objectives[static_cast<std::size_t>(s)], objective(problem, batch.network(s)), 1e-12);
  EXPECT_NE(objectives[0], objectives[1]);
}

TEST(StartBatch, GradientMatchesDifferences) {
  const auto tiny = test::tiny(1, 7, 3, 2);
  StartBatch batch(tiny.problem(0.2), 4, 2, 1);
  batch.evaluate();
  const std::vector<double> gradient = batch.gradient();
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const auto s = static_cast<std::size_t>(batch.start_of(i));
    const double before = batch.weights()[i];
    batch.weights()[i] = before + 1e-6;
    const double above = batch.evaluate()[s];
    batch.weights()[i] = before - 1e-6;
    const double below = batch.evaluate()[s];
    batch.weights()[i] = before;
    EXPECT_NEAR(gradient[i], (above - below) / 2e-6, 1e-5);
  }
}

// One sample, one feature, one output: the best network has objective gamma y / x - gamma^2 / (2 x^2).
TEST(MultiStart, EveryMethodFindsTheOptimumOfOneSample) {
  const Matrix X(1, 1, 2.0);
  const Matrix Y(1, 1, 3.0);
  const Problem problem{X, Y, 0.5};
  const double optimum = 0.5 * 3.0 / 2.0 - 0.25 / 8.0;
  const MultiStartPlan plan{.width = 8, .starts = 3, .epochs = 3000};
  for (const auto& train : {train_sgd, train_adam, train_lbfgs})
    EXPECT_NEAR(train(problem, plan, {}).objective, optimum, 1e-5);
}

// Between two of 360 directions there is one at most pi/360 away, whose cosine is 1 - 4e-5: the optimum of the grid,
// which has the kinks, is above the true one by a share of some 4e-5.
TEST(MultiStart, EveryMethodComesNearTheOptimumOfTheGrid) {
  const auto tiny = test::tiny(4, 5, 2, 3);
  const Problem problem = tiny.problem(0.1);
  const double grid = test::optimum_of_grid(problem, 360);
  for (const auto& train : {train_sgd, train_adam, train_lbfgs}) {
    const MultiStartResult result = train(problem, {.width = 40, .starts = 3, .epochs = 2000}, {});
    EXPECT_GE(result.objective, grid * (1.0 - 3e-4));
    EXPECT_LE(result.objective, grid * 1.1);
    EXPECT_NEAR(objective(problem, result.best), result.objective, 1e-9);
    ASSERT_EQ(result.objectives.size(), 3U);
    EXPECT_EQ(result.objectives.front(), result.objective);
    EXPECT_TRUE(std::is_sorted(result.objectives.begin(), result.objectives.end()));
  }
}

TEST(MultiStart, AnswersToAnInterrupt) {
  const auto tiny = test::tiny(4, 5, 2, 3);
  for (const auto& train : {train_sgd, train_adam, train_lbfgs})
    EXPECT_THROW(train(tiny.problem(0.1), {}, [] { return false; }), Interrupted);
}

}  // namespace
}  // namespace burelu::study
