// The convex programme against brute force over a fine grid of neurons.
#include "study/convex_relu.hpp"

#include <gtest/gtest.h>

#include "study/brute_force.hpp"
#include "study/frank_wolfe.hpp"

namespace burelu::study {
namespace {

TEST(ConvexRelu, IsTheTrainingProblemForOneOutput) {
  const auto tiny = test::tiny(4, 5, 2, 1);
  const Problem problem = tiny.problem(0.1);
  const double grid = test::optimum_of_grid(problem, 360);
  const double value = objective(problem, train_convex_relu(problem, activation_patterns(tiny.X, 1, 0), {}, {}));
  EXPECT_NEAR(value, grid, 5e-4 * grid);
}

TEST(ConvexRelu, IsTheSumOfTheOutputsForSeveral) {
  const auto tiny = test::tiny(6, 5, 2, 2);
  const Problem problem = tiny.problem(0.1);
  const Patterns patterns = activation_patterns(tiny.X, 1, 0);
  double sum = 0.0;
  for (index_t j = 0; j < 2; ++j) {
    Problem one = problem;
    one.Y.data += j;  // the same strides: one column of Y
    one.Y.cols = 1;
    sum += objective(one, train_convex_relu(one, patterns, {}, {}));
  }
  const double value = objective(problem, train_convex_relu(problem, patterns, {}, {}));
  EXPECT_NEAR(value, sum, 1e-6 * sum);
  EXPECT_GE(value, frank_wolfe(problem, patterns, {.corrective = true}, {}).lower_bound);
}

TEST(ConvexRelu, SampledPatternsGiveAnUpperBoundToo) {
  const auto tiny = test::tiny(7, 8, 4, 2);
  const Problem problem = tiny.problem(0.1);
  const auto value = [&](int patterns) {
    return objective(problem, train_convex_relu(problem, activation_patterns(tiny.X, patterns, 0), {}, {}));
  };
  double zero = 0.0;
  for (const double y : tiny.Y.data) zero += 0.5 * y * y;
  EXPECT_LT(value(4), zero);
  EXPECT_LE(value(40), value(4) * (1.0 + 1e-6));  // the first four are among the forty
}

}  // namespace
}  // namespace burelu::study
