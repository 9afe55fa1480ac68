// The rounding: its two projections against their definitions, and a lifted network as its fixed point.
#include "study/operator_splitting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "problem/presolve.hpp"
#include "support/instances.hpp"
#include "support/largest.hpp"

namespace burelu::study {
namespace {

using test::gaussian;

double layer_error(const Matrix& X, const Matrix& W) {  // largest entry of M W = B - A + X U
  double largest = 0.0;
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < W.cols; ++j) {
      double value = W(X.rows + i, j) - W(i, j);
      for (index_t k = 0; k < X.cols; ++k) value += X(i, k) * W(2 * X.rows + k, j);
      largest = test::larger(largest, std::fabs(value));
    }
  return largest;
}

TEST(LinearLayer, ProjectsOrthogonally) {
  const Matrix X = gaussian(7, 3, 1);
  const LinearLayer layer(X);
  const Matrix before = gaussian(2 * 7 + 3 + 2, 4, 2);
  Matrix after = before;
  layer.project(after);
  EXPECT_LT(layer_error(X, after), 1e-12);
  for (index_t i = 2 * 7 + 3; i < before.rows; ++i)
    for (index_t j = 0; j < 4; ++j) EXPECT_EQ(after(i, j), before(i, j));
  Matrix other = gaussian(before.rows, 4, 3);  // the move is orthogonal to every point of the subspace
  layer.project(other);
  double product = 0.0;
  for (std::size_t i = 0; i < before.data.size(); ++i) product += (before.data[i] - after.data[i]) * other.data[i];
  EXPECT_NEAR(product, 0.0, 1e-10);
}

TEST(ReluSet, TheProjectionIsTheNearestPoint) {
  const Matrix before = gaussian(2 * 50, 3, 4);
  Matrix after = before;
  project_on_relu(after, 50);
  for (index_t i = 0; i < 50; ++i)
    for (index_t j = 0; j < 3; ++j) {
      const double a = before(i, j);
      const double b = before(50 + i, j);
      const auto distance = [&](double x, double y) { return std::hypot(x - a, y - b); };
      const double nearest = std::min(distance(std::max(a, 0.0), 0.0), distance(0.0, std::max(b, 0.0)));
      EXPECT_NEAR(distance(after(i, j), after(50 + i, j)), nearest, 1e-15);
      EXPECT_GE(after(i, j), 0.0);
      EXPECT_GE(after(50 + i, j), 0.0);
      EXPECT_EQ(after(i, j) * after(50 + i, j), 0.0);
    }
}

// The relaxation's factor that a network is: A = (X U)_+ on the representative rows.
Factor factor_of(const Problem& problem, const Network& network) {
  const Presolved reduced = presolve(problem);
  Factor factor{Matrix(reduced.rows(), network.width()), network.U, network.V};
  for (index_t k = 0; k < reduced.rows(); ++k) {
    const index_t row = reduced.representatives[static_cast<std::size_t>(k)];
    for (index_t j = 0; j < network.width(); ++j) {
      double value = 0.0;
      for (index_t l = 0; l < problem.X.cols; ++l) value += problem.X(row, l) * network.U(l, j);
      factor.A(k, j) = std::max(value, 0.0);
    }
  }
  return factor;
}

TEST(LiftedFactor, OfANetworkIsItsActivationsOnEveryRow) {
  const test::Instance instance = test::degenerate(12, 3, 2, 5);  // zero, parallel and antiparallel rows
  const Network network{gaussian(3, 4, 6), gaussian(2, 4, 7)};
  const Matrix F = lifted_factor(instance.problem(), factor_of(instance.problem(), network));
  EXPECT_LT(layer_error(instance.X, F), 1e-12);
  for (index_t i = 0; i < 12; ++i)
    for (index_t j = 0; j < 4; ++j) {
      double value = 0.0;
      for (index_t k = 0; k < 3; ++k) value += instance.X(i, k) * network.U(k, j);
      EXPECT_NEAR(F(i, j), std::max(value, 0.0), 1e-12);
      EXPECT_NEAR(F(12 + i, j), std::max(-value, 0.0), 1e-12);
    }
}

TEST(Splitting, StaysAtALiftedNetwork) {  // rank one: the eigenvector is the neuron itself
  const test::Instance instance = test::teacher(15, 3, 2, 8);
  const Network neuron{gaussian(3, 1, 9), gaussian(2, 1, 10)};
  SplittingOptions options;
  options.iterations = 20;
  const Splitting end = round_by_splitting(instance.problem(), factor_of(instance.problem(), neuron), options);
  ASSERT_EQ(end.network.width(), 1);
  EXPECT_LT(end.misfit, 1e-7);
  EXPECT_LT(end.relu_distance, 1e-7);
  for (index_t k = 0; k < 3; ++k) EXPECT_NEAR(end.network.U(k, 0), neuron.U(k, 0), 1e-10);
  for (index_t k = 0; k < 2; ++k) EXPECT_NEAR(end.network.V(k, 0), neuron.V(k, 0), 1e-10);
}

// The iterates do not settle, but from step to step they come nearer to both sets.
TEST(Splitting, ShortStepsFromARotationFindANetworkNearLambda) {
  const test::Instance instance = test::teacher(15, 3, 2, 8);
  const Network network{gaussian(3, 5, 9), gaussian(2, 5, 10)};
  SplittingOptions options;
  options.iterations = 20;
  options.width = 20;
  options.start = SplittingStart::rotated;
  options.step = 0.3;
  const Factor factor = factor_of(instance.problem(), network);
  const Splitting early = round_by_splitting(instance.problem(), factor, options);
  options.iterations = 500;
  int visits = 0;
  const auto visit = [&](int iteration, const Network&) { EXPECT_EQ(iteration, ++visits); };
  const Splitting end = round_by_splitting(instance.problem(), factor, options, visit);
  EXPECT_EQ(visits, 500);
  EXPECT_LT(end.misfit, 0.5 * early.misfit);
  EXPECT_LT(end.relu_distance, 0.5 * early.relu_distance);
  const double expected = objective(instance.problem(), network);
  EXPECT_NEAR(objective(instance.problem(), end.network), expected, 0.2 * expected);
  const Splitting again = round_by_splitting(instance.problem(), factor, options);
  EXPECT_EQ(again.network.U.data, end.network.U.data);
}

}  // namespace
}  // namespace burelu::study
