// Small problems with cuts: bounds rise and stay below every network, limits and interrupts keep what was proven, and
// without cuts nothing is as it was not before.
#include "interior/tighten.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "interior/interior_point.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

SolveOptions with_cuts(int cuts = kAutomatic) {
  SolveOptions options;
  options.tolerance = 1e-2;
  options.threads = 1;
  options.cuts = cuts;
  return options;
}

void expect_numbers(const Relaxation& result) {
  EXPECT_TRUE(std::isfinite(result.objective));
  EXPECT_TRUE(std::isfinite(result.lower_bound));
  EXPECT_TRUE(std::isfinite(result.relative_gap));
  EXPECT_TRUE(std::isfinite(result.infeasibility));
  double bound = -std::numeric_limits<double>::infinity();
  double seconds = 0.0;
  for (const HistoryEntry& entry : result.history) {
    EXPECT_TRUE(std::isfinite(entry.objective) && std::isfinite(entry.infeasibility) && std::isfinite(entry.penalty));
    EXPECT_GE(entry.infeasibility, 0.0);
    EXPECT_GE(entry.seconds, seconds);
    seconds = entry.seconds;
    if (std::isnan(entry.lower_bound)) continue;  // no certificate was due
    EXPECT_GE(entry.lower_bound, bound);
    bound = entry.lower_bound;
  }
  for (const Matrix* part : {&result.factor.A, &result.factor.U, &result.factor.V})
    for (const double value : part->data) ASSERT_TRUE(std::isfinite(value));
}

TEST(Tighten, BoundsRiseAndStayBelowNetworks) {
  for (const Instance& instance : {teacher(14, 2, 2, 31), degenerate(14, 3, 1, 32), degenerate(12, 2, 3, 33, 0.01)}) {
    TrainOptions options;
    options.solve = with_cuts();
    const Training training = train(instance.problem(), options);
    const Relaxation& result = training.relaxation;
    expect_numbers(result);
    EXPECT_GT(result.cuts, 0);
    EXPECT_EQ(result.cuts, static_cast<std::int64_t>(result.certificate.cuts.size()));
    EXPECT_GT(result.newton_steps, 0);
    EXPECT_GT(result.lower_bound, result.bound_without_cuts);
    EXPECT_EQ(result.lower_bound, result.certificate.lower_bound);
    EXPECT_LE(result.lower_bound, training.objective);
    EXPECT_GE(training.relative_gap, 0.0);
    // Above all that a bound without cuts can be.
    SolveOptions none = with_cuts(0);
    none.tolerance = 1e-4;
    EXPECT_GT(result.lower_bound, solve(instance.problem(), none).objective);
  }
}

TEST(Tighten, TwoRunsAreEqualBitForBit) {
  const Instance instance = degenerate(14, 3, 2, 34);
  const Relaxation a = solve(instance.problem(), with_cuts());
  const Relaxation b = solve(instance.problem(), with_cuts());
  EXPECT_EQ(a.lower_bound, b.lower_bound);
  EXPECT_EQ(a.objective, b.objective);
  EXPECT_EQ(a.newton_steps, b.newton_steps);
  EXPECT_EQ(a.certificate.W.data, b.certificate.W.data);
  EXPECT_EQ(a.factor.A.data, b.factor.A.data);
  EXPECT_EQ(a.history.size(), b.history.size());
}

TEST(Tighten, TheFactorIsTheRelaxationsOptimum) {
  const Instance instance = degenerate(14, 2, 2, 35);
  const Relaxation result = solve(instance.problem(), with_cuts());
  ASSERT_EQ(result.status, Status::solved);
  EXPECT_LE(std::abs(result.relative_gap), 1e-2);
  const Factor& f = result.factor;
  double value = 0.0;  // 1/2 ||prediction - Y||^2 + gamma/2 (||U||^2 + ||V||^2), all in the coordinates given
  for (const Matrix* part : {&f.U, &f.V})
    for (const double entry : part->data) value += 0.5 * instance.gamma * entry * entry;
  for (index_t i = 0; i < instance.X.rows; ++i)
    for (index_t j = 0; j < instance.Y.cols; ++j) {
      const std::int32_t line = result.certificate.line[static_cast<std::size_t>(i)];
      double e = -instance.Y(i, j);
      for (index_t l = 0; line >= 0 && l < f.V.cols; ++l) {
        const double ratio = result.certificate.ratio[static_cast<std::size_t>(i)];
        double h = f.A(line, l);
        if (ratio < 0.0)  // b = a - x'u of the representative
          for (index_t k = 0; k < instance.X.cols; ++k)
            h -= instance.X(result.certificate.representatives[static_cast<std::size_t>(line)], k) * f.U(k, l);
        e += std::abs(ratio) * h * f.V(j, l);
      }
      value += 0.5 * e * e;
    }
  EXPECT_NEAR(value, result.objective, 1e-6 * result.objective);
}

TEST(Tighten, WithoutCutsNothingOfThemIsDone) {
  const Instance instance = teacher(14, 2, 2, 31);
  SolveOptions options = with_cuts(0);
  const Relaxation none = solve(instance.problem(), options);
  EXPECT_EQ(none.status, Status::solved);
  EXPECT_EQ(none.newton_steps + none.cuts + none.cut_rounds, 0);
  EXPECT_TRUE(none.certificate.cuts.empty());
  EXPECT_TRUE(std::isnan(none.bound_without_cuts));
  const Relaxation cut = solve(instance.problem(), with_cuts());  // whose first part is that solve, bit for bit
  EXPECT_EQ(cut.bound_without_cuts, none.lower_bound);
  EXPECT_EQ(cut.evaluations, none.evaluations);
}

TEST(Tighten, LimitsOfCutsAndRoundsAreKept) {
  const Instance instance = teacher(14, 3, 2, 36);
  for (const int most : {1, 10}) {
    const Relaxation few = solve(instance.problem(), with_cuts(most));
    expect_numbers(few);
    EXPECT_GE(few.cut_rounds, 1);
    EXPECT_LE(few.cuts, most);
  }
  SolveOptions options = with_cuts();
  options.tolerance = 1e-3;
  options.cut_rounds = 1;
  const Relaxation one = solve(instance.problem(), options);
  EXPECT_EQ(one.cut_rounds, 1);
  options.cut_rounds = 2;
  const Relaxation two = solve(instance.problem(), options);
  EXPECT_LE(two.cut_rounds, 2);
  EXPECT_GE(two.lower_bound, one.lower_bound);
}

TEST(Tighten, AnInterruptKeepsTheBestBound) {
  const Instance instance = teacher(14, 2, 2, 37);
  SolveOptions options = with_cuts();
  double seen = 0.0;
  double first = 0.0;
  options.progress = [&](const Progress& p) {
    if (std::string(p.phase) != "cuts") return first = p.lower_bound, true;
    EXPECT_TRUE(std::isfinite(p.objective) && std::isfinite(p.primal_residual) && std::isfinite(p.infeasibility));
    EXPECT_TRUE(std::isnan(p.network_objective));
    seen = p.lower_bound;
    return !(p.lower_bound > first);
  };
  const Relaxation result = solve(instance.problem(), options);
  EXPECT_EQ(result.status, Status::interrupted);
  EXPECT_GT(seen, first);
  EXPECT_EQ(result.lower_bound, seen);
  EXPECT_EQ(result.bound_without_cuts, first);
  EXPECT_EQ(result.certificate.lower_bound, seen);
  expect_numbers(result);
}

/// tighten() after a solve without cuts, under a time limit that is over when `over` says so of a check.
Relaxation tightened(const Instance& instance, const std::function<bool(const Progress&)>& over) {
  Relaxation result = solve(instance.problem(), with_cuts(0));
  const Problem problem = instance.problem();
  const Presolved reduced = presolve(problem);
  Certifier certifier(problem, reduced, processor());
  Incumbent incumbent(certifier);
  incumbent.adopt(result.certificate);
  SolveOptions options = with_cuts();
  options.progress = [&](const Progress& p) {
    if (over(p)) options.time_limit = 1e-12;
    return true;
  };
  const Clock clock;
  tighten(reduced, incumbent, options, clock, result);
  return result;
}

TEST(Tighten, TheTimeLimitKeepsTheBestBound) {
  const Instance instance = teacher(14, 2, 2, 38);
  const double before = solve(instance.problem(), with_cuts(0)).lower_bound;
  const Relaxation at_once = tightened(instance, [](const Progress&) { return true; });
  EXPECT_EQ(at_once.status, Status::time_limit);
  EXPECT_EQ(at_once.lower_bound, before);
  EXPECT_EQ(at_once.newton_steps, 1);
  EXPECT_EQ(at_once.cuts, 0);
  double seen = before;
  const Relaxation later = tightened(instance, [&](const Progress& p) {
    seen = p.lower_bound;
    return seen > before;
  });
  EXPECT_GT(later.lower_bound, before);
  EXPECT_EQ(later.lower_bound, seen);
  EXPECT_TRUE(later.status == Status::time_limit || std::abs(later.relative_gap) <= 1e-2);
}

TEST(Tighten, AnUnfinishedSolveIsLeftAlone) {
  SolveOptions options = with_cuts();
  options.max_evaluations = 60;
  const Relaxation result = solve(teacher(14, 2, 2, 39).problem(), options);
  EXPECT_EQ(result.status, Status::evaluation_limit);
  EXPECT_EQ(result.newton_steps, 0);
  EXPECT_TRUE(std::isnan(result.bound_without_cuts));
}

TEST(Tighten, DataWithoutCutsToAdd) {
  Instance one_row{Matrix(1, 3, 1.0), Matrix(1, 2, 3.0), 0.1};
  Instance no_targets{gaussian(9, 2, 1), Matrix(9, 2), 0.1};
  Instance two_rows{gaussian(2, 2, 2), gaussian(2, 1, 3), 0.1};
  for (const Instance& instance : {teacher(12, 1, 2, 40), one_row, no_targets, two_rows}) {
    const Relaxation result = solve(instance.problem(), with_cuts());
    EXPECT_EQ(result.status, Status::solved);
    EXPECT_EQ(result.cuts, 0);
    expect_numbers(result);
  }
}

TEST(Tighten, OptionsAreChecked) {
  const Instance instance = teacher(9, 2, 1, 1);
  EXPECT_THROW(solve(instance.problem(), with_cuts(-2)), DataError);
  SolveOptions options = with_cuts();
  options.cut_rounds = -1;
  EXPECT_THROW(solve(instance.problem(), options), DataError);
}

TEST(Tighten, ItsMemoryIsKnownBefore) {
  const Presolved reduced = presolve(teacher(30, 3, 1, 1).problem());
  EXPECT_FALSE(tightens(reduced, with_cuts(0)));
  EXPECT_TRUE(tightens(reduced, with_cuts(5)));
  EXPECT_GT(tighten_bytes(reduced, with_cuts(100)), tighten_bytes(reduced, with_cuts(5)));
  EXPECT_EQ(tighten_bytes(reduced, with_cuts(1'000'000)), tighten_bytes(reduced, with_cuts(900'000)));
  EXPECT_GE(tighten_bytes(reduced, with_cuts()), interior_bytes(30, 3, 0));
}

}  // namespace
}  // namespace burelu::test
