// The best dual variable for fixed multipliers: feasible, and as good as its own dual says.
#include "certificate/dual.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "burelu/solve.hpp"
#include "seam/control.hpp"
#include "support/shared_data.hpp"
#include "support/shared_problems.hpp"

namespace burelu {
namespace {

constexpr double kGamma = 0.1;

Matrix gaussian(index_t rows, index_t cols, std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  Matrix out(rows, cols);
  for (double& value : out.data) value = normal(engine);
  return out;
}

/// diag(g), g between 10^low and 10^high: what nearly singular N give.
Matrix spread_diagonal(index_t size, std::mt19937_64& engine, double low, double high) {
  std::uniform_real_distribution<double> decade(low, high);
  Matrix out(size, size);
  for (index_t i = 0; i < size; ++i) out(i, i) = std::pow(10.0, decade(engine));
  return out;
}

/// max over ||v|| = 1 of v'W'GWv / (2 gamma), by the power method from above: the trace of a high power.
double largest_constraint(const Matrix& G, const Matrix& W) {
  const index_t c = W.cols;
  Matrix M(c, c);
  for (index_t i = 0; i < W.rows; ++i)
    for (index_t a = 0; a < c; ++a)
      for (index_t b = 0; b < c; ++b) M(a, b) += G(i, i) * W(i, a) * W(i, b) / (2.0 * kGamma);
  double trace = 0.0;
  int power = 1;
  for (int k = 0; k < 12; ++k, power *= 2) {
    Matrix square(c, c);
    for (index_t a = 0; a < c; ++a)
      for (index_t b = 0; b < c; ++b)
        for (index_t l = 0; l < c; ++l) square(a, b) += M(a, l) * M(l, b);
    M = square;
  }
  for (index_t a = 0; a < c; ++a) trace += M(a, a);
  return std::pow(trace, 1.0 / power);
}

double naive_dual_value(const Matrix& W, const Matrix& Y) {
  double value = 0.0;
  for (std::size_t i = 0; i < W.data.size(); ++i) value -= W.data[i] * (Y.data[i] + 0.5 * W.data[i]);
  return value;
}

// phi of the final Lambda bounds every D(W) from above, and best_dual returns no W as soon as phi is not above its
// target: so the value cannot be improved by 1e-4 if that target is refused.
void expect_optimal(const Matrix& G, const Matrix& Y, int calls) {
  Matrix Lambda;
  BestDual found;
  for (int k = 0; k < calls; ++k) found = best_dual(G, Y, kGamma, -kInfinity, Lambda);
  ASSERT_FALSE(found.W.data.empty());
  EXPECT_NEAR(naive_dual_value(found.W, Y), found.value, 1e-10 * std::fabs(found.value));
  EXPECT_LE(largest_constraint(G, found.W), 1.0 + 1e-3);
  EXPECT_TRUE(best_dual(G, Y, kGamma, found.value + 1e-4 * std::fabs(found.value), Lambda).W.data.empty());
}

TEST(CertificateDual, ReachesTheValueOfItsDual) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 engine(seed);
    const Matrix G = spread_diagonal(25, engine, -3.0, 3.0);
    Matrix Y = gaussian(25, 5, engine);
    for (index_t i = 0; i < Y.rows; ++i)  // outputs that are far from independent
      for (index_t j = 1; j < Y.cols; ++j) Y(i, j) = 0.2 * Y(i, j) + Y(i, 0);
    expect_optimal(G, Y, 5);
  }
}

// Here the multiplicative step Lambda^1/2 M^1/2 Lambda^1/2 alone cycles, 4 % short of the optimum, whatever the work.
TEST(CertificateDual, DoesNotCycle) {
  BURELU_SHARED_OR_SKIP(path, "data/randomized/randomized_08.csv");
  const test::Instance data = test::shared_instance("data/randomized/randomized_08.csv", 0.1);
  SolveOptions options;
  options.max_evaluations = 5000;
  options.threads = 1;
  const Relaxation result = solve(data.problem(), options);
  EXPECT_EQ(result.status, Status::solved);
  EXPECT_GE(result.lower_bound, 6.8188223 * (1.0 - 1e-3));  // the optimum is from sdpa
  EXPECT_LE(result.lower_bound, 6.8188224);
}

}  // namespace
}  // namespace burelu
