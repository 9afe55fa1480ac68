// The simplex against all bases, and what it gives as cuts.
#include "cuts/conic_program.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "brute_force.hpp"

namespace burelu {
namespace {

using test::Random;

std::vector<double> random_costs(Random& random, index_t count) {
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::vector<double> w(static_cast<std::size_t>(count));
  for (double& cost : w) cost = uniform(random) < 0.2 ? 0.0 : uniform(random);  // zeros are what complementarity gives
  return w;
}

TEST(ConicProgram, LeastCostIsThatOfTheBestBasis) {
  for (int seed = 0; seed < 60; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    const index_t d = 1 + seed % 4;
    const index_t m = d + 1 + seed % 5;
    Matrix X = test::gaussian(random, m, d);
    for (index_t i = 0; i < m; ++i)
      for (index_t l = 0; l < d; ++l) X(i, l) *= std::pow(10.0, seed % 3 == 0 ? static_cast<double>(i % 5) - 2.0 : 0.0);
    for (index_t k = 0; k < m; ++k) {
      ConicProgram programme(X, k, independent_rows(X, k));
      ASSERT_TRUE(programme.usable()) << seed << " " << k;
      for (int round = 0; round < 6; ++round) {  // each from the last optimum
        const std::vector<double> w = random_costs(random, 2 * m);
        const double expected = test::least_cost(X, k, w.data());
        EXPECT_NEAR(programme.minimise(w.data()), expected, 1e-8 * (expected + 1e-8)) << seed << " " << k;
        const Cut cut = programme.cut();
        double cost = 0.0;
        for (const CutTerm& term : cut.terms) cost += term.coefficient * w[static_cast<std::size_t>(term.form)];
        EXPECT_NEAR(cost, expected, 1e-8 * (expected + 1e-8));
      }
    }
  }
}

TEST(ConicProgram, CutsAreConicCombinationsOfOtherRows) {
  Random random(1);
  for (const index_t d : {1, 2, 5, 12}) {
    const index_t m = 3 * d + 2;
    const Matrix X = test::gaussian(random, m, d);
    for (index_t k = 0; k < m; ++k) {
      ConicProgram programme(X, k, independent_rows(X, k));
      for (int round = 0; round < 40; ++round) {  // long enough for fresh inverses
        const std::vector<double> w = random_costs(random, 2 * m);
        if (round > 0) programme.minimise(w.data());
        ASSERT_TRUE(programme.usable());
        const Cut cut = programme.cut();
        EXPECT_EQ(cut.line, k);
        EXPECT_LE(static_cast<index_t>(cut.terms.size()), d);
        EXPECT_LT(test::residual(X, cut), 1e-10);
        std::set<std::int32_t> rows = {cut.line};
        std::int32_t last = -1;
        for (const CutTerm& term : cut.terms) {
          EXPECT_GT(term.coefficient, 0.0);
          EXPECT_GT(term.form, last);
          last = term.form;
          EXPECT_TRUE(rows.insert(static_cast<std::int32_t>(term.form % m)).second);
        }
      }
    }
  }
}

TEST(ConicProgram, InfiniteWeightsKeepFormsOut) {
  Random random(2);
  const Matrix X = test::gaussian(random, 8, 2);
  const std::vector<index_t> basis = independent_rows(X, 0);
  const std::set<index_t> in_basis(basis.begin(), basis.end());
  std::vector<double> w = random_costs(random, 16);
  std::vector<double> finite = w;
  for (index_t j = 1; j < 8; j += 2)
    if (in_basis.count(j) == 0)
      for (const index_t form : {j, j + 8}) {
        w[static_cast<std::size_t>(form)] = std::numeric_limits<double>::infinity();
        finite[static_cast<std::size_t>(form)] = 1e9;
      }
  ConicProgram programme(X, 0, basis);
  EXPECT_NEAR(programme.minimise(w.data()), test::least_cost(X, 0, finite.data()), 1e-9);
}

TEST(ConicProgram, ARowThatTheOthersDoNotSpanHasNoCut) {
  Random random(3);
  Matrix X = test::gaussian(random, 6, 3);
  for (index_t i = 0; i < 6; ++i)
    if (i != 4) X(i, 2) = 0.0;
  EXPECT_EQ(independent_rows(X, 4).size(), 2U);
  EXPECT_FALSE(ConicProgram(X, 4, independent_rows(X, 4)).usable());
  const std::vector<index_t> others = independent_rows(X, 0);
  ASSERT_EQ(others.size(), 3U);
  ConicProgram programme(X, 0, others);
  const std::vector<double> w(12, 1.0);
  EXPECT_TRUE(std::isfinite(programme.minimise(w.data())));
  for (const CutTerm& term : programme.cut().terms) EXPECT_NE(term.form % 6, 4);  // x_0 has nothing of its direction
}

TEST(ConicProgram, FewRowsHaveNoCuts) {
  Random random(4);
  const Matrix X = test::gaussian(random, 2, 3);
  EXPECT_FALSE(ConicProgram(X, 0, independent_rows(X, 0)).usable());
  EXPECT_EQ(independent_rows(X, -1).size(), 2U);
}

}  // namespace
}  // namespace burelu
