// Every decision of the outer loop, on numbers alone.
#include "relaxation/policy.hpp"
#include "seam/control.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace burelu::policy {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kTolerance = 1e-3;

SolveOptions options() {
  SolveOptions out;
  out.tolerance = kTolerance;
  return out;
}

/// Far from the end in every respect.
Look running() {
  Look look;
  look.evaluations = 1000;
  look.objective = 10.0;
  look.lower_bound = 8.0;
  look.infeasibility = look.primal = look.dual = look.distance = 0.1;
  return look;
}

/// At the optimum of the relaxation.
Look there() {
  Look look = running();
  look.lower_bound = 9.999;
  look.infeasibility = look.primal = look.dual = look.distance = 1e-5;
  return look;
}

/// A check every 100 evaluations; the objective falls to `objective`, the bound rises to `bound`, by these per check.
std::vector<HistoryEntry> checks(int count, double objective, double falls, double bound, double rises) {
  std::vector<HistoryEntry> out;
  for (int k = count - 1; k >= 0; --k)
    out.push_back({100 * (count - k), 0.0, objective + falls * k, 0.0, bound - rises * k, 1.0, 4});
  return out;
}

const std::vector<HistoryEntry> kMoving = checks(100, 10.0, 0.2, 8.0, 0.2);

Action after(const Look& look, const State& state = {}, const SolveOptions& with = options()) {
  return next(state, look, with, kMoving);
}

TEST(Policy, GoesOnWhereNothingHasHappened) { EXPECT_EQ(after(running()), Action::go_on); }

TEST(Policy, SolvedNeedsGapInfeasibilityAndPrimalResidual) {
  EXPECT_EQ(after(there()), Action::solved);
  Look look = there();
  look.lower_bound = 9.9;
  EXPECT_NE(after(look), Action::solved);
  look = there();
  look.infeasibility = 2e-3;
  EXPECT_NE(after(look), Action::solved);
  look = there();
  look.primal = 2e-3;
  EXPECT_NE(after(look), Action::solved);
  look = there();
  look.lower_bound = kNaN;
  EXPECT_NE(after(look), Action::solved);
}

// The objective of an infeasible factor lies below the optimum: what it lacks is added, twice.
TEST(Policy, AnInfeasibleObjectiveEndsNothing) {
  Look look = there();
  look.shortfall = 0.006;
  EXPECT_NEAR(distance_to_optimum(look), (0.001 + 0.012) / 10.0, 1e-12);
  EXPECT_NE(after(look), Action::solved);
  look.lower_bound = 10.0;  // meets the objective
  EXPECT_NE(after(look), Action::solved);
}

// On a path a bound is all that is wanted, and none is needed above a network's objective.
TEST(Policy, OnAPathTheFactorMayBeInfeasible) {
  Look look = there();
  look.infeasibility = look.primal = 3e-3;
  EXPECT_NE(after(look), Action::solved);
  look.bound_alone = true;
  EXPECT_EQ(after(look), Action::solved);
  look.infeasibility = 0.1;  // so far that nobody knows what that is worth
  EXPECT_NE(after(look), Action::solved);
  look.infeasibility = 3e-3;
  look.shortfall = 0.0085;  // what is violated may still be worth too much
  EXPECT_NE(after(look), Action::solved);
  look.network = 10.0;
  EXPECT_EQ(after(look), Action::solved);
  look.network = 10.02;
  EXPECT_NE(after(look), Action::solved);
  look.network = 10.0;
  look.lower_bound = kNaN;
  EXPECT_NE(after(look), Action::solved);
}

TEST(Policy, TheZeroNetworkNeedsTheBoundAlone) {
  Look look = running();
  look.lower_bound = 9.995;
  EXPECT_NE(after(look), Action::solved);
  look.zero = true;
  EXPECT_EQ(after(look), Action::solved);
}

TEST(Policy, StopsInTheOrderOfTheirMeaning) {
  SolveOptions limited = options();
  limited.max_evaluations = 1000;
  limited.time_limit = 2.0;
  Look look = running();
  EXPECT_EQ(after(look, {}, limited), Action::evaluation_limit);
  look.evaluations = 900;
  EXPECT_EQ(after(look, {}, limited), Action::go_on);
  look.seconds = 2.0;
  EXPECT_EQ(after(look, {}, limited), Action::time_limit);
  look.go_on = false;
  EXPECT_EQ(after(look, {}, limited), Action::interrupted);
  look = there();
  look.go_on = false;
  EXPECT_EQ(after(look, {}, limited), Action::solved);
}

TEST(Policy, CertificatesAreDueByWorkAndAtTheEnd) {
  State state;
  const double certificate = 2.4e10;  // half of it is due
  Look look = running();
  look.distance = 0.0;
  look.evaluations = 0;
  EXPECT_FALSE(certificate_due(state, options(), look, 1e8, certificate));  // 112 evaluations queued: 1.1e10
  look.evaluations = 10;
  EXPECT_TRUE(certificate_due(state, options(), look, 1e8, certificate));
  look.distance = 0.5;  // far from feasible: twice of it
  EXPECT_FALSE(certificate_due(state, options(), look, 1e8, certificate));
  look.evaluations = 500;
  EXPECT_TRUE(certificate_due(state, options(), look, 1e8, certificate));
  look.distance = 0.0;
  look.evaluations = 10;
  state.certified_at = 10;
  EXPECT_FALSE(certificate_due(state, options(), look, 1e8, certificate));
  SolveOptions limited = options();
  limited.max_evaluations = 120;
  EXPECT_TRUE(certificate_due(state, limited, look, 1e8, certificate));
}

TEST(Policy, ACertificateIsWorthATryWhereNothingElseIsMissing) {
  State state;
  Look look = running();
  look.distance = look.shortfall = look.infeasibility = look.primal = look.dual = 1e-6;
  EXPECT_TRUE(only_unproven(state, look, 1e-3));
  for (double Look::*field : {&Look::distance, &Look::infeasibility, &Look::primal, &Look::dual}) {
    Look worse = look;
    worse.*field = 1e-2;
    EXPECT_FALSE(only_unproven(state, worse, 1e-3));
  }
  state.hopes = 3;
  EXPECT_FALSE(only_unproven(state, look, 1e-3));
}

TEST(Policy, TheMemoryIsLongWhereItCostsLittle) {
  const auto pairs = [](std::int64_t rows, std::int64_t features, std::int64_t outputs, int rank) {
    return lbfgs_pairs({rows, features, outputs, rank});
  };
  EXPECT_EQ(pairs(25, 2, 5, 15), 100);
  EXPECT_EQ(pairs(100, 4, 3, 15), 100);
  EXPECT_LT(pairs(383, 8, 2, 18), 80);
  EXPECT_GE(pairs(1000, 21, 10, 39), 20);
  EXPECT_LT(pairs(1000, 21, 10, 39), pairs(383, 8, 2, 18));
  EXPECT_LT(pairs(100000, 10, 3, 21), 30);
}

TEST(Policy, CostsGrowWithWhatTheyAreOf) {
  const Sizes small{1000, 10, 3, 21, 20, 27};
  Sizes large = small;
  large.rows = 10000;
  EXPECT_GT(evaluation_flops(small, 20000), evaluation_flops(small, 10000));
  EXPECT_GT(evaluation_flops(large, 20000), evaluation_flops(small, 20000));
  EXPECT_GT(certificate_flops(small, 100), certificate_flops(small, 50));
  EXPECT_GT(certificate_flops(large, 50), 10.0 * certificate_flops(small, 50));
  EXPECT_GT(certificate_flops(small, 100), evaluation_flops(small, 20000));
}

TEST(Policy, ASolveCostsItsEvaluationsAndItsScans) {
  const Sizes sizes{1000, 10, 3, 21, 20, 27};
  const double evaluations = solve_flops(sizes, 1000, 0, 20000);
  EXPECT_NEAR(evaluations, 1000.0 * evaluation_flops(sizes, 20000), 1e-6 * evaluations);
  EXPECT_NEAR(solve_flops(sizes, 1000, 10, 20000) - evaluations, 10.0 * 4e6 * 21.0, 1.0);
}

TEST(Policy, TheFirstWindowsAreListedInParts) {
  EXPECT_GT(parts_of_window(0), 1);
  EXPECT_EQ(parts_of_window(2), 1);
  EXPECT_EQ(parts_of_window(1000), 1);
}

TEST(Policy, ListsWidenWherePairsOffThemRunAway) {
  const double least = Settings().margin;
  EXPECT_EQ(next_margin(least, 0.5, 0.0, 4), least);  // far from feasible at first, whatever is listed
  double margin = least;
  for (int k = 0; k < 10; ++k) margin = next_margin(margin, 0.1, 0.3, 100);
  EXPECT_GT(margin, 1.0);                            // all pairs
  EXPECT_EQ(next_margin(0.5, 0.1, 0.95, 100), 0.5);  // but what they have room for
  EXPECT_LT(next_margin(0.5, 0.1, 1.2, 100), 0.5);
  for (int k = 0; k < 100; ++k) margin = next_margin(margin, 1e-4, 0.3, 100);
  EXPECT_EQ(margin, least);
}

TEST(Policy, ListsHaveAFixedLengthALineUntilPairsRunAway) {
  const double least = Settings().margin;
  EXPECT_GE(most_listed(100), 2 * 100 * 99);  // all pairs of a small problem
  EXPECT_EQ(most_listed(8000), 8 * most_listed(1000));
  EXPECT_EQ(most_listed(2000000), 2 * most_listed(1000000));
  EXPECT_EQ(most_listed(5000, least, false), most_listed(5000));
  EXPECT_EQ(most_listed(5000, 3.0 * least, false), most_listed(5000));
  EXPECT_EQ(most_listed(5000, 9.0 * least, false), 0);                    // as many as there is room for
  EXPECT_EQ(most_listed(50000, 9.0 * least, false), most_listed(50000));  // which would be a large part of all pairs
  EXPECT_GT(most_listed(1000, least, true), 2 * most_listed(1000));       // on a path
  EXPECT_EQ(most_listed(5000, 9.0 * least, true), 0);
  EXPECT_EQ(most_listed(50000, least, true), most_listed(50000));
}

TEST(Policy, HeavyPassesAreLookedAtAfterEveryUpdate) {
  EXPECT_EQ(updates_per_check(1e6), kUpdatesPerCheck);
  EXPECT_EQ(updates_per_check(1e10), 1);
}

TEST(Policy, WindowsFollowTheInnerError) {
  EXPECT_EQ(next_window(28, 31.0, 1.0, 5.0), 42);
  EXPECT_EQ(next_window(100, 31.0, 1.0, 5.0), kWindowMax);
  EXPECT_EQ(next_window(42, 20.0, 1.0, 5.0), 42);
  EXPECT_EQ(next_window(63, 9.0, 1.0, 5.0), 42);
  EXPECT_EQ(next_window(30, 9.0, 1.0, 5.0), kWindow);
  EXPECT_TRUE(extrapolates(42));
  EXPECT_FALSE(extrapolates(63));
}

TEST(Policy, ASaddleIsStationaryAndFarFromTheBound) {
  Look look = running();
  look.primal = look.dual = 1e-7;
  State state;
  EXPECT_EQ(after(look, state), Action::escape);
  state.escapes = kEscapesMost;
  EXPECT_EQ(after(look, state), Action::go_on);
  look.dual = 1e-5;
  EXPECT_EQ(after(look), Action::go_on);
}

TEST(Policy, SlowLongBeforeItIsStalled) {
  const Look look = running();
  State state;
  EXPECT_EQ(next(state, look, options(), checks(5, 10.0, 0.0, 8.0, 0.0)), Action::go_on);  // too early to say
  EXPECT_EQ(next(state, look, options(), checks(8, 10.0, 0.0, 8.0, 0.0)), Action::grow);
  EXPECT_EQ(next(state, look, options(), checks(59, 10.0, 0.0, 8.0, 0.0)), Action::grow);
  EXPECT_EQ(next(state, look, options(), checks(62, 10.0, 0.0, 8.0, 0.0)), Action::stalled);
  EXPECT_EQ(next(state, look, options(), checks(8, 10.0, 0.04, 8.0, 0.0)), Action::go_on);  // 12 % of the gap
  EXPECT_EQ(next(state, look, options(), checks(8, 10.0, 0.0, 8.0, 0.04)), Action::go_on);
  state.changed_at = 300;  // a jump is given its time
  EXPECT_EQ(next(state, look, options(), checks(8, 10.0, 0.0, 8.0, 0.0)), Action::go_on);
  EXPECT_EQ(next(state, look, options(), checks(11, 10.0, 0.0, 8.0, 0.0)), Action::grow);
}

TEST(Policy, WithoutABoundTheObjectiveHasToMove) {
  const Look look = running();
  EXPECT_EQ(next({}, look, options(), checks(100, 10.0, 0.2, kNaN, 0.0)), Action::go_on);
  EXPECT_EQ(next({}, look, options(), checks(100, 10.0, 0.0, kNaN, 0.0)), Action::stalled);
  EXPECT_EQ(next({}, look, options(), checks(100, kNaN, 0.0, 8.0, 0.0)), Action::stalled);
}

// How far there is to go is not known: the rank is not blamed.
TEST(Policy, WithoutABoundNothingIsSlow) {
  EXPECT_EQ(next({}, running(), options(), checks(20, 10.0, 0.0, kNaN, 0.0)), Action::go_on);
  EXPECT_EQ(next({}, running(), options(), checks(20, 10.0, 0.0, 8.0, 0.0)), Action::grow);
}

TEST(Policy, IdleColumnsGoWhenTwoChecksAgree) {
  State state;
  state.rank = 40;
  EXPECT_EQ(smaller_rank(state, 9, 8), 40);  // the first check, or the first after a change
  state.used = 9;
  const int rank = smaller_rank(state, 9, 8);
  EXPECT_GT(rank, 9);  // some to spare
  EXPECT_LT(rank, 15);
  EXPECT_EQ(smaller_rank(state, 7, 8), rank);  // the larger of both counts
  EXPECT_EQ(smaller_rank(state, 12, 8), rank + 3);
  EXPECT_EQ(smaller_rank(state, 9, 20), 20);  // what solutions may need
  EXPECT_EQ(smaller_rank(state, 9, 41), 40);
  EXPECT_EQ(smaller_rank(state, 39, 8), 40);  // never more
  state.rank = rank;
  EXPECT_EQ(smaller_rank(state, 9, 8), rank);  // and it stays there
}

TEST(Policy, TheRankDoublesUpToTheOrder) {
  EXPECT_EQ(larger_rank(12, 100), 24);
  EXPECT_EQ(larger_rank(12, 20), 20);
  EXPECT_EQ(larger_rank(std::numeric_limits<int>::max() / 2 + 9, std::int64_t{1} << 40U),
            std::numeric_limits<int>::max());
}

TEST(Policy, GammaIsApproachedFromBelowWhereTheZeroNetworkIsNear) {
  EXPECT_EQ(first_share(0.5, 1.0), 1.0);
  EXPECT_EQ(first_share(0.5, 0.0), 1.0);
  EXPECT_NEAR(first_share(1.0, 1.0), 0.8, 1e-12);
  EXPECT_NEAR(first_share(1e6, 1.0), 8e-7, 1e-18);
}

TEST(Policy, AFactorOfZeroLowersGammaAndASettledOneRaisesIt) {
  Look look = running();
  look.size = 1e-7;
  EXPECT_EQ(after(look), Action::lower);
  look = there();
  look.lower_bound = 8.0;
  State state;
  EXPECT_EQ(after(look, state), Action::go_on);
  state.share = 0.5;
  EXPECT_EQ(after(look, state), Action::raise);
  look.distance = 2e-3;
  EXPECT_EQ(after(look, state), Action::go_on);
}

TEST(Policy, SharesOfGammaClimbAndHalveTheirStepsAtACollapse) {
  State state;
  state.share = 0.8;
  EXPECT_EQ(lowered(state).share, 0.4);  // cold
  state = raised(state);
  EXPECT_EQ(state.filled, 0.8);
  EXPECT_NEAR(state.share, 0.8 * kRaise, 1e-12);
  state = lowered(state);
  EXPECT_EQ(state.filled, 0.8);
  EXPECT_NEAR(state.share, 0.8 * std::sqrt(kRaise), 1e-12);
  State up = raised(state);
  EXPECT_NEAR(up.filled, 0.8 * std::sqrt(kRaise), 1e-12);
  EXPECT_GT(up.share, up.filled);
  EXPECT_LE(up.share, 1.0);
  for (int k = 0; k < 40; ++k) up = lowered(up);
  EXPECT_EQ(raised(up).share, up.share);  // nothing lies between any more
}

}  // namespace
}  // namespace burelu::policy
