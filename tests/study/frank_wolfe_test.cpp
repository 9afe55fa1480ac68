// Frank-Wolfe against brute force over a fine grid of neurons, and its bound against its network.
#include "study/frank_wolfe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "study/brute_force.hpp"

namespace burelu::study {
namespace {

TEST(Patterns, ThePlaneHasTwoPerLineThroughTheOrigin) {
  const Matrix X = test::tiny(0, 5, 2, 1).X;
  const Patterns patterns = activation_patterns(X, 1, 0);
  EXPECT_TRUE(patterns.complete);
  EXPECT_EQ(patterns.list.size(), 10U);
  Matrix doubled = X;  // twice the first row, in the opposite direction, and a zero row: no new pattern
  for (const double factor : {-2.0, 0.0}) {
    for (index_t k = 0; k < 2; ++k) doubled.data.push_back(factor * X(0, k));
    ++doubled.rows;
  }
  EXPECT_EQ(activation_patterns(doubled, 1, 0).list.size(), 10U);
}

TEST(Patterns, SampledOnesAreDistinctAndTheirConesHoldTheirDirections) {
  const Matrix X = test::tiny(1, 6, 3, 1).X;
  const Patterns patterns = activation_patterns(X, 20, 3);
  EXPECT_EQ(patterns.list.size(), 20U);  // of 2 (1 + 5 + 10) = 32
  EXPECT_FALSE(patterns.complete);
  for (std::size_t a = 0; a < patterns.list.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) EXPECT_NE(patterns.list[a].bits(), patterns.list[b].bits());
}

// The projection z -> p onto a cone is characterised by p in K, (z - p)'p = 0 and (z - p)'q <= 0 for all q in K.
TEST(Patterns, ProjectsOntoTheCone) {
  for (const index_t d : {index_t{2}, index_t{3}, index_t{5}, index_t{9}}) {
    const Matrix X = test::tiny(2, 30, d, 1).X;
    Random random(5);
    for (const Pattern& pattern : activation_patterns(X, 5, 1).list) {
      std::vector<double> z(static_cast<std::size_t>(d));
      for (double& value : z) value = 100.0 * random.normal();
      std::vector<double> p = z;
      pattern.project(p.data());
      double orthogonal = 0.0;
      for (std::size_t k = 0; k < z.size(); ++k) orthogonal += (z[k] - p[k]) * p[k];
      EXPECT_NEAR(orthogonal, 0.0, 1e-6);
      const Matrix& sides = pattern.sides();
      for (index_t i = 0; i < sides.rows; ++i) {
        double inside = 0.0;
        for (index_t k = 0; k < d; ++k) inside += sides(i, k) * p[static_cast<std::size_t>(k)];
        EXPECT_GE(inside, -1e-8);
      }
      for (int trial = 0; trial < 20; ++trial) {
        std::vector<double> q(z.size());
        for (double& value : q) value = random.normal();
        pattern.project(q.data());
        double product = 0.0;
        for (std::size_t k = 0; k < z.size(); ++k) product += (z[k] - p[k]) * q[k];
        EXPECT_LE(product, 1e-7);
      }
    }
  }
}

TEST(FrankWolfe, SteepestNeuronIsTheBestOfAFineGrid) {
  const auto tiny = test::tiny(3, 6, 2, 3);
  const Steepest steepest = steepest_neuron(tiny.X, tiny.Y, activation_patterns(tiny.X, 1, 0));
  const double grid = test::steepest_of_grid(tiny.X, tiny.Y, 20000);
  EXPECT_GE(steepest.value, grid);
  EXPECT_NEAR(steepest.value, grid, 1e-5 * grid);
}

TEST(FrankWolfe, SteepestNeuronIsOneInHigherDimensionToo) {
  const auto tiny = test::tiny(11, 5, 3, 2);
  const Steepest steepest = steepest_neuron(tiny.X, tiny.Y, activation_patterns(tiny.X, 1000, 0));
  double square = 0.0;  // of Y'(X u)_+ at its u: the value claimed must be that of the neuron itself
  for (index_t j = 0; j < 2; ++j) {
    double sum = 0.0;
    for (index_t i = 0; i < 5; ++i) {
      double value = 0.0;
      for (index_t k = 0; k < 3; ++k) value += tiny.X(i, k) * steepest.u[static_cast<std::size_t>(k)];
      sum += std::max(value, 0.0) * tiny.Y(i, j);
    }
    square += sum * sum;
  }
  EXPECT_NEAR(std::sqrt(square), steepest.value, 1e-8);
}

TEST(FrankWolfe, BothVariantsFindTheOptimumOfAFineGridOfNeurons) {
  for (const index_t outputs : {index_t{1}, index_t{3}}) {
    const auto tiny = test::tiny(4, 5, 2, outputs);
    const Problem problem = tiny.problem(0.1);
    const double grid = test::optimum_of_grid(problem, 360);
    const Patterns patterns = activation_patterns(tiny.X, 1, 0);
    const FrankWolfeResult corrective = frank_wolfe(problem, patterns, {.corrective = true}, {});
    const double value = objective(problem, corrective.network);
    EXPECT_LE(value, grid * (1.0 + 1e-6));  // the grid is a restriction,
    EXPECT_NEAR(value, grid, 3e-4 * grid);  // and fine
    EXPECT_LE(corrective.lower_bound, value);
    EXPECT_NEAR(corrective.lower_bound, value, 1e-4 * value);
    const double mass = 2.0 * value / problem.gamma;
    const FrankWolfeResult plain = frank_wolfe(problem, patterns, {.iterations = 5000, .mass = mass}, {});
    EXPECT_NEAR(objective(problem, plain.network), grid, 2e-2 * grid);
    EXPECT_GE(objective(problem, plain.network), corrective.lower_bound);
  }
}

TEST(FrankWolfe, AnswersToAnInterrupt) {
  const auto tiny = test::tiny(5, 5, 2, 1);
  EXPECT_THROW(frank_wolfe(tiny.problem(0.1), activation_patterns(tiny.X, 1, 0), {}, [] { return false; }),
               Interrupted);
}

}  // namespace
}  // namespace burelu::study
