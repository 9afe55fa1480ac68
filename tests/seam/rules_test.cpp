// Scalar decisions on Control: the code that a device runs in a one-thread kernel.
#include "seam/rules.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/instances.hpp"

namespace burelu::test {
namespace {

Control searching() {
  Control c;
  rules::open_window(c);
  c.value.loss = 10.0;
  rules::judge(c);  // fresh: accepted as it is
  rules::open_search(c, -4.0);
  return c;
}

void try_value(Control& c, double value, double slope) {
  c.value.loss = value;
  c.value.slope = slope;
  rules::judge(c);
}

TEST(Rules, AFreshPointIsAcceptedWithoutAPair) {
  const Control c = searching();
  EXPECT_EQ(c.search.accepted, 1);
  EXPECT_EQ(c.search.pair, 0);
  EXPECT_EQ(c.value.accepted, 10.0);
  EXPECT_EQ(c.count.evaluations, 1);
}

TEST(Rules, DecreaseAndCurvatureAreAccepted) {
  Control c = searching();
  try_value(c, 8.0, -1.0);
  EXPECT_EQ(c.search.accepted, 1);
  EXPECT_EQ(c.search.pair, 1);
  EXPECT_EQ(c.search.steps, 1);
  EXPECT_EQ(c.value.accepted, 8.0);
}

TEST(Rules, TooLongStepsAreBisectedAndTooShortOnesDoubled) {
  Control c = searching();
  try_value(c, 11.0, 1.0);  // rose
  EXPECT_EQ(c.search.accepted, 0);
  EXPECT_EQ(c.search.step, 0.25);
  try_value(c, 9.5, -3.9);  // fell, still as steep as 0.9 of the start
  EXPECT_EQ(c.search.accepted, 0);
  EXPECT_EQ(c.search.step, 0.625);  // between 0.25 and 1
  Control d = searching();
  try_value(d, 6.5, -3.9);
  EXPECT_EQ(d.search.step, 2.0);
  EXPECT_EQ(d.value.accepted, 10.0);
}

TEST(Rules, NotANumberIsNeverAccepted) {
  Control c = searching();
  for (int k = 0; k < 2 * rules::kMaxTrials; ++k) {
    try_value(c, std::numeric_limits<double>::quiet_NaN(), -1.0);
    if (c.search.fresh) break;
    EXPECT_EQ(c.search.accepted, 0);
  }
  EXPECT_EQ(c.search.failures, 1);
  EXPECT_EQ(c.memory.flush, 1);
  EXPECT_EQ(c.value.accepted, 10.0);
}

TEST(Rules, AWindowHaltsAfterRepeatedFailuresAndReopens) {
  Control c = searching();
  for (int k = 0; k < 1000 && !c.search.halted; ++k) {
    const bool fresh = c.search.fresh != 0;
    try_value(c, fresh ? 10.0 : 20.0, 1.0);
    if (fresh) rules::open_search(c, -4.0);
  }
  EXPECT_EQ(c.search.halted, 1);
  const auto evaluations = c.count.evaluations;
  try_value(c, 1.0, 0.0);
  EXPECT_EQ(c.count.evaluations, evaluations);  // halted: a no-op
  rules::open_window(c);
  EXPECT_EQ(c.search.halted, 0);
  EXPECT_EQ(c.search.fresh, 1);
}

struct Serial {
  bool leader() const { return true; }
  double dot(const double* x, const double* y, int n) const {
    double s = 0.0;
    for (int i = 0; i < n; ++i) s += x[i] * y[i];
    return s;
  }
  void fill(double* x, int n, double value) const {
    for (int i = 0; i < n; ++i) x[i] = value;
  }
  void scale(double* x, int n, double factor) const {
    for (int i = 0; i < n; ++i) x[i] *= factor;
  }
};

// The recursion on vectors, as in Nocedal and Wright, Algorithm 7.4.
std::vector<double> textbook_direction(const Matrix& S, const Matrix& Y, const std::vector<int>& order,
                                       const std::vector<double>& g) {
  const auto n = static_cast<index_t>(g.size());
  const auto dot = [&](const double* a, const double* b) { return Serial{}.dot(a, b, static_cast<int>(n)); };
  std::vector<double> q = g;
  std::vector<double> alpha(order.size());
  for (std::size_t k = order.size(); k-- > 0;) {
    const double* s = S.row(order[k]);
    const double* y = Y.row(order[k]);
    alpha[k] = dot(s, q.data()) / dot(s, y);
    for (index_t i = 0; i < n; ++i) q[static_cast<std::size_t>(i)] -= alpha[k] * y[i];
  }
  const double* s = S.row(order.back());
  const double* y = Y.row(order.back());
  for (double& value : q) value *= dot(s, y) / dot(y, y);
  for (std::size_t k = 0; k < order.size(); ++k) {
    const double beta = dot(Y.row(order[k]), q.data()) / dot(S.row(order[k]), Y.row(order[k]));
    for (index_t i = 0; i < n; ++i) q[static_cast<std::size_t>(i)] += (alpha[k] - beta) * S(order[k], i);
  }
  for (double& value : q) value = -value;
  return q;
}

TEST(Rules, TheRecursionOnTheGramMatrixIsTheTwoLoopRecursion) {
  constexpr int m = 5;
  constexpr index_t n = 12;
  const Matrix S = gaussian(m, n, 1);
  Matrix Y = gaussian(m, n, 2);
  for (index_t k = 0; k < m; ++k)  // positive curvature
    for (index_t i = 0; i < n; ++i) Y(k, i) = 0.1 * Y(k, i) + (1.0 + static_cast<double>(i)) * S(k, i);
  const Matrix G = gaussian(1, n, 3);
  const std::vector<double> g(G.data);
  std::vector<const double*> panel;
  for (index_t k = 0; k < m; ++k) panel.push_back(S.row(k));
  for (index_t k = 0; k < m; ++k) panel.push_back(Y.row(k));
  panel.push_back(g.data());
  constexpr int width = 2 * m + 1;
  std::vector<double> gram(width * width);
  for (int i = 0; i < width; ++i)
    for (int j = 0; j < width; ++j)
      gram[static_cast<std::size_t>(i * width + j)] =
          Serial{}.dot(panel[static_cast<std::size_t>(i)], panel[static_cast<std::size_t>(j)], n);
  std::vector<double> alpha(m);
  std::vector<double> coef(width);
  for (const auto& [count, head, order] :
       {std::tuple<int, int, std::vector<int>>{3, 3, {0, 1, 2}}, {5, 2, {2, 3, 4, 0, 1}}}) {
    Memory memory;
    memory.capacity = m;
    memory.count = count;
    memory.head = head;
    const double slope = rules::two_loop(memory, gram.data(), alpha.data(), coef.data(), Serial{});
    const std::vector<double> expected = textbook_direction(S, Y, order, g);
    double expected_slope = 0.0;
    for (index_t i = 0; i < n; ++i) {
      double p = 0.0;
      for (int k = 0; k < width; ++k) p += coef[static_cast<std::size_t>(k)] * panel[static_cast<std::size_t>(k)][i];
      EXPECT_NEAR(p, expected[static_cast<std::size_t>(i)], 1e-12);
      expected_slope += p * g[static_cast<std::size_t>(i)];
    }
    EXPECT_NEAR(slope, expected_slope, 1e-11);
    EXPECT_LT(slope, 0.0);
  }
}

Control updated(double primal, double dual, double objective, double dual_value) {
  Control c;
  c.search.steps = 1;
  for (int k = 0; k < rules::kPenaltyPeriod; ++k) {
    c.value.loss = objective;
    c.value.dual = dual_value;
    c.value.gradient = dual * objective;
    c.dual.mass = 1.0;
    c.dual.change = std::pow(primal * c.dual.sigma, 2);
    rules::judge_update(c);
    c.search.steps = 1;
  }
  return c;
}

TEST(Rules, ThePenaltyFollowsTheResiduals) {
  EXPECT_GT(updated(1e-3, 1e-3, 1.0, 1.0).dual.sigma, 1.0);  // constraints lag
  EXPECT_LT(updated(1e-5, 1e-2, 1.0, 1.0).dual.sigma, 1.0);  // descent lags
  EXPECT_GT(updated(1e-5, 1e-2, 1.0, 0.5).dual.sigma, 1.0);  // primal and dual value far apart
  EXPECT_GT(updated(1e-2, 10.0, 1.0, 1.0).dual.sigma, 1.0);  // a large primal residual never lowers it
  EXPECT_EQ(updated(1e-4, 1e-3, 1.0, 1.0).dual.sigma, 1.0);  // balanced
}

TEST(Rules, ThePenaltyFallsByLeapsWhereItRanAhead) {
  const double step = 1.0 / rules::kPenaltyStep;
  EXPECT_DOUBLE_EQ(updated(1e-5, 1e-1, 1.0, 1.0).dual.sigma, 1.0 / rules::kPenaltyLeap);
  EXPECT_DOUBLE_EQ(updated(1e-5, 4e-4, 1.0, 1.0).dual.sigma, step);  // the descent is not far behind
  EXPECT_DOUBLE_EQ(updated(5e-4, 5e-1, 1.0, 1.0).dual.sigma, step);  // multipliers still move
}

TEST(Rules, AScanThatHadTooLittleRoomIsCounted) {
  Control c;
  rules::take_scan(c, 10, 10, false);
  EXPECT_EQ(c.lists.cut, 0);
  rules::take_scan(c, 7, 9, false);
  EXPECT_EQ(c.lists.pairs, 7);
  EXPECT_EQ(c.lists.wanted, 9);
  EXPECT_EQ(c.lists.cut, 1);
  c.lists.capacity = 100;
  c.settings.most = 7;  // by intent
  EXPECT_EQ(rules::list_room(c), 7);
  rules::take_scan(c, 7, 9, false);
  EXPECT_EQ(c.lists.cut, 1);
  c.settings.most = 200;
  EXPECT_EQ(rules::list_room(c), 100);
  rules::take_scan(c, 100, 101, true);
  EXPECT_EQ(c.lists.cut, 2);
  EXPECT_EQ(c.lists.scans, 4);
  EXPECT_EQ(c.lists.sampled, 1);
}

TEST(Rules, ExtrapolationBuildsUpAndRestarts) {
  Control c;
  c.search.steps = 1;
  double last = 0.0;
  for (int k = 0; k < 30; ++k) {
    c.value.loss = c.value.dual = 1.0;
    c.value.gradient = 1e-3;
    c.dual.mass = 1.0;
    c.dual.change = std::pow(1e-4 * c.dual.sigma, 2);
    c.dual.restart = 1.0;
    c.search.steps = 1;
    rules::judge_update(c);
    EXPECT_GE(c.dual.beta, last);
    last = c.dual.beta;
  }
  EXPECT_EQ(last, rules::kMomentumMax);
  c.dual.restart = -1.0;
  rules::judge_update(c);
  EXPECT_LT(c.dual.beta, 0.5);
  c.settings.extrapolate = 0;
  rules::judge_update(c);
  EXPECT_EQ(c.dual.beta, 0.0);
}

TEST(Rules, AWindowWithoutAStepForgetsTheMemory) {
  Control c;
  c.search.steps = 0;
  c.value.loss = 1.0;
  rules::judge_update(c);
  EXPECT_EQ(c.memory.flush, 1);
}

}  // namespace
}  // namespace burelu::test
