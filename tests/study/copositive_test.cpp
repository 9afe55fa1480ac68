// The copositive relaxation: exact in the plane, its bound proven, a relaxation in higher dimension.
#include "study/copositive.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "study/brute_force.hpp"
#include "study/frank_wolfe.hpp"
#include "study/lbfgs.hpp"

namespace burelu::study {
namespace {

TEST(Lbfgs, FindsTheMinimumOfRosenbrock) {
  std::vector<double> x = {-1.2, 1.0};
  const auto function = [](const std::vector<double>& z, std::vector<double>& g) {
    const double a = 1.0 - z[0];
    const double b = z[1] - z[0] * z[0];
    g = {-2.0 * a - 400.0 * z[0] * b, 200.0 * b};
    return a * a + 100.0 * b * b;
  };
  EXPECT_NEAR(minimise(function, x, {}), 0.0, 1e-16);
  EXPECT_NEAR(x[0], 1.0, 1e-7);
}

TEST(Copositive, IsTheTrainingProblemInThePlane) {
  {
    const auto tiny = test::tiny(4, 5, 2, 3);
    const Problem problem = tiny.problem(0.1);
    const double grid = test::optimum_of_grid(problem, 360);
    const CopositiveResult result = copositive_relaxation(problem, activation_patterns(tiny.X, 1, 0), {}, {});
    EXPECT_NEAR(result.value, grid, 5e-4 * grid);
    EXPECT_LE(result.lower_bound, grid);
    EXPECT_NEAR(result.lower_bound, result.value, 5e-4 * grid);
    EXPECT_LT(result.infeasibility, 1e-4);
  }
}

// All patterns of five samples in three dimensions are found: 2 (1 + 4 + 6) = 22.
TEST(Copositive, IsBelowEveryNetworkWithAllPatterns) {
  const auto tiny = test::tiny(11, 5, 3, 2);
  const Problem problem = tiny.problem(0.1);
  const Patterns patterns = activation_patterns(tiny.X, 1000, 0);
  ASSERT_EQ(patterns.list.size(), 22U);
  EXPECT_TRUE(patterns.complete);
  const CopositiveResult result = copositive_relaxation(problem, patterns, {.rounds = 8, .iterations = 60}, {});
  const double network =
      objective(problem, frank_wolfe(problem, patterns, {.iterations = 20, .corrective = true}, {}).network);
  EXPECT_LE(result.lower_bound, network);
  EXPECT_LE(result.lower_bound, result.value * (1.0 + 1e-4));
  EXPECT_GE(result.value, 0.9 * network);
}

}  // namespace
}  // namespace burelu::study
