// Cuts are valid, separation finds the most violated one, budgets are repeatable.
#include "cuts/separation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "brute_force.hpp"
#include "relaxation/start.hpp"
#include "support/instances.hpp"
#include "support/naive_relaxation.hpp"

namespace burelu {
namespace {

using test::Random;

struct Case {
  test::Instance instance;
  Presolved reduced;
  RelaxationData data;
  Case(index_t n, index_t d, std::uint64_t seed)
      : instance(test::teacher(n, d, 1, seed)), reduced(presolve(instance.problem())), data(prepare(reduced)) {}
  /// Rows [A; B; S] of a random point.
  static Matrix factor(const RelaxationData& data, std::uint64_t seed) {
    Point z = random_point(data, 4, seed);  // of neurons: no cut is violated there
    z.Shat = test::gaussian(z.Shat.rows, z.Shat.cols, seed + 50);
    return test::NaiveRelaxation(data, 1.0).factor(z);
  }
};

Matrix gram(const Matrix& F) {
  Matrix out(F.rows, F.rows);
  for (index_t i = 0; i < F.rows; ++i)
    for (index_t j = 0; j < F.rows; ++j) out(i, j) = test::NaiveRelaxation::dot(F, i, j);
  return out;
}

void expect_valid(const Matrix& X, const std::vector<Cut>& cuts) {
  Random random(9);
  std::normal_distribution<double> normal;
  for (const Cut& cut : cuts) EXPECT_LT(test::residual(X, cut), 1e-10);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> u(static_cast<std::size_t>(X.cols));
    for (double& value : u) value = normal(random);
    const std::vector<double> forms = test::forms_at(X, cuts, u);
    for (std::size_t t = 0; t < cuts.size(); ++t) {
      double size = 0.0;
      for (const CutTerm& term : cuts[t].terms) size += term.coefficient * forms[static_cast<std::size_t>(term.form)];
      EXPECT_GE(forms[static_cast<std::size_t>(2 * X.rows) + t], -1e-11 * size);
    }
  }
}

std::vector<Cut> cuts_of(const std::vector<Violated>& found) {
  std::vector<Cut> out;
  for (const Violated& v : found) out.push_back(v.cut);
  return out;
}

std::vector<std::int32_t> key(const Cut& cut) {
  std::vector<std::int32_t> out = {cut.line};
  for (const CutTerm& term : cut.terms) out.push_back(term.form);
  return out;
}

TEST(Separation, BasisPursuitFindsTheNarrowestCones) {
  const Case c(9, 3, 5);
  Separator separator(c.data);
  const std::vector<Cut> cuts = separator.basis_pursuit(1);
  ASSERT_EQ(static_cast<index_t>(cuts.size()), c.data.m);
  expect_valid(c.data.X, cuts);
  std::vector<double> w = c.data.norms;
  w.insert(w.end(), c.data.norms.begin(), c.data.norms.end());
  for (const Cut& cut : cuts) {
    double cost = 0.0;
    for (const CutTerm& term : cut.terms) cost += term.coefficient * w[static_cast<std::size_t>(term.form)];
    EXPECT_NEAR(cost, test::least_cost(c.data.X, cut.line, w.data()), 1e-9);
  }
}

TEST(Separation, BasisPursuitGivesSeveralCutsPerRow) {
  const Case c(12, 2, 6);
  Separator separator(c.data);
  const std::vector<Cut> cuts = separator.basis_pursuit(3);
  EXPECT_GT(static_cast<index_t>(cuts.size()), 2 * c.data.m);
  expect_valid(c.data.X, cuts);
  std::set<std::vector<std::int32_t>> keys;
  for (const Cut& cut : cuts) EXPECT_TRUE(keys.insert(key(cut)).second);
}

/// How far <s, f> is below zero where products w of f with the forms count as 0 if they are negative.
double depth(const Cut& cut, double product, const std::vector<double>& w) {
  double cost = 0.0;
  for (const CutTerm& term : cut.terms) cost += term.coefficient * w[static_cast<std::size_t>(term.form)];
  return product - cost;
}

/// For every row k and every row f of F the list has a cut as deep as the best of all bases, and none is deeper.
void expect_complete(const RelaxationData& data, const Matrix& F, const std::vector<Violated>& found) {
  int violated = 0;
  for (index_t f = 0; f < F.rows; ++f) {
    std::vector<double> w;
    for (index_t j = 0; j < 2 * data.m; ++j) w.push_back(std::max(test::NaiveRelaxation::dot(F, f, j), 0.0));
    for (index_t k = 0; k < data.m; ++k) {
      const double product = test::NaiveRelaxation::dot(F, f, k);
      const double expected = product - test::least_cost(data.X, k, w.data());
      if (product < 1e-12 || expected < 1e-6 * product) continue;  // tied rows have a product of rounding
      ++violated;
      double deepest = 0.0;
      for (const Violated& v : found)
        if (v.cut.line == k) deepest = std::max(deepest, depth(v.cut, product, w));
      EXPECT_NEAR(deepest, expected, 1e-9 * product) << k << " " << f;
    }
  }
  EXPECT_GT(violated, 5);
}

TEST(Separation, FindsTheMostViolatedCuts) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const Case c(9, 2 + static_cast<index_t>(seed % 2), seed);
    for (const bool with_cuts : {false, true}) {
      Random random(seed);
      const RelaxationData data =
          with_cuts ? prepare(c.reduced, test::random_cuts(random, c.reduced.X, 4)) : prepare(c.reduced);
      const Matrix F = Case::factor(data, seed + 1);
      Separator separator(data);
      const std::vector<Violated> found = separator.separate(gram(F), 1e-9, 1000, 1'000'000, 0);
      expect_complete(data, F, found);
      expect_valid(data.X, cuts_of(found));
      std::set<std::vector<std::int32_t>> keys;
      for (const Violated& v : found) EXPECT_TRUE(keys.insert(key(v.cut)).second);
      for (std::size_t k = 1; k < found.size(); ++k) EXPECT_GE(found[k - 1].violation, found[k].violation);
    }
  }
}

/// The unit of a violation: |f|^2 over its natural size, in the mean over [A; B], times |f| and half of the sizes in s.
TEST(Separation, ViolationIsInUnitsOfTheProduct) {
  const Case c(9, 2, 3);
  const Matrix F = Case::factor(c.data, 4);
  const index_t m = c.data.m;
  const auto norm = [&](index_t form) { return c.data.norms[static_cast<std::size_t>(form % m)]; };
  double unit = 0.0;
  for (index_t i = 0; i < 2 * m; ++i)
    unit += test::NaiveRelaxation::dot(F, i, i) / (norm(i) * norm(i)) / static_cast<double>(2 * m);
  Separator separator(c.data);
  for (const Violated& v : separator.separate(gram(F), 1e-9, 1000, 1'000'000, 0)) {
    double lengths = norm(v.cut.line);
    for (const CutTerm& term : v.cut.terms) lengths += term.coefficient * norm(term.form);
    double nearest = std::numeric_limits<double>::infinity();  // it is that of the row f that it was found for
    for (index_t f = 0; f < F.rows; ++f) {
      std::vector<double> w;
      for (index_t j = 0; j < 2 * m; ++j) w.push_back(std::max(test::NaiveRelaxation::dot(F, f, j), 0.0));
      const double below = depth(v.cut, test::NaiveRelaxation::dot(F, f, v.cut.line), w);
      nearest = std::min(nearest, std::abs(below / (unit * norm(f) * 0.5 * lengths) - v.violation));
    }
    EXPECT_LT(nearest, 1e-9 * v.violation);
  }
}

TEST(Separation, ThresholdAndCountLimitTheList) {
  const Case c(10, 2, 3);
  const Matrix F = Case::factor(c.data, 4);
  Separator separator(c.data);
  const std::vector<Violated> all = separator.separate(gram(F), 1e-9, 1000, 1'000'000, 0);
  ASSERT_GT(all.size(), 6U);
  const double threshold = 0.5 * (all[3].violation + all[4].violation);
  EXPECT_EQ(separator.separate(gram(F), threshold, 1000, 1'000'000, 0).size(), 4U);
  const std::vector<Violated> few = separator.separate(gram(F), 1e-9, 3, 1'000'000, 0);
  ASSERT_EQ(few.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(key(few[k].cut), key(all[k].cut));
}

TEST(Separation, SampledBudgetIsRepeatable) {
  const Case c(30, 3, 3);
  const Matrix F = Case::factor(c.data, 4);
  const auto keys = [&](std::int64_t budget, std::uint64_t seed) {
    Separator separator(c.data);
    std::set<std::vector<std::int32_t>> out;
    for (const Violated& v : separator.separate(gram(F), 1e-9, 100'000, budget, seed)) out.insert(key(v.cut));
    return out;
  };
  const auto all = keys(1'000'000, 1);
  const auto some = keys(180, 1);  // of 1,800 programmes
  EXPECT_EQ(some, keys(180, 1));
  EXPECT_NE(some, keys(180, 2));
  EXPECT_GT(some.size(), 0U);
  EXPECT_LT(some.size(), all.size());
}

TEST(Separation, ARowThatTheOthersDoNotSpanHasNoCut) {
  test::Instance instance = test::teacher(9, 3, 1, 8);
  for (index_t i = 0; i < 9; ++i) instance.X(i, 2) = i == 4 ? 1.0 : 0.0;
  const Presolved reduced = presolve(instance.problem());
  const RelaxationData data = prepare(reduced);
  const auto alone = static_cast<std::int32_t>(
      std::find(reduced.representatives.begin(), reduced.representatives.end(), 4) - reduced.representatives.begin());
  ASSERT_LT(alone, data.m);
  Separator separator(data);
  const std::vector<Cut> cuts = separator.basis_pursuit(2);
  const std::vector<Violated> found = separator.separate(gram(Case::factor(data, 5)), 1e-9, 1000, 1'000'000, 0);
  EXPECT_FALSE(cuts.empty());
  EXPECT_FALSE(found.empty());
  for (const Cut& cut : cuts) EXPECT_NE(cut.line, alone);
  for (const Violated& v : found) EXPECT_NE(v.cut.line, alone);
}

}  // namespace
}  // namespace burelu
