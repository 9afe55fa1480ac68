// Cut rounds of the outer loop, on an instance too large for the interior-point method.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "driver/solve_with.hpp"
#include "interior/interior_point.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

class CutRounds : public ::testing::Test {
 protected:
  SolveOptions options(int cuts) const {
    SolveOptions out;
    out.tolerance = 1e-2;
    out.max_evaluations = 1500;
    out.rank = 20;
    out.threads = 1;
    out.cuts = cuts;
    return out;
  }
  struct Run {
    Relaxation result;
    std::vector<std::int64_t> rounds;  // checks after which there were other cuts
    index_t most_cuts = 0;
  };
  Run run(SolveOptions options) const {
    Run out;
    std::int64_t checks = 0;
    options.progress = [&](const Progress&) { return ++checks > 0; };
    StandIn device;
    device.make_relaxation = [&](const RelaxationData& data, const BackendOptions& wish) {
      if (checks > 0) out.rounds.push_back(checks);
      out.most_cuts = std::max(out.most_cuts, data.cuts.count());
      return processor().relaxation(data, wish);
    };
    out.result = solve_with(instance_.problem(), options, device);
    return out;
  }
  Instance instance_ = teacher(95, 2, 2, 51);
};

TEST_F(CutRounds, RaiseTheBound) {
  ASSERT_FALSE(small_enough(95, 2));
  const Relaxation none = solve(instance_.problem(), options(0));
  ASSERT_EQ(none.status, Status::solved);
  SolveOptions with = options(40);
  with.progress = [&](const Progress& p) {
    EXPECT_TRUE(std::isfinite(p.objective) && std::isfinite(p.dual_residual));
    EXPECT_GE(p.evaluations, 0);
    return true;
  };
  const Relaxation cut = solve(instance_.problem(), with);
  EXPECT_GT(cut.lower_bound, none.lower_bound);
  EXPECT_EQ(cut.bound_without_cuts, none.lower_bound);
  EXPECT_GT(cut.cuts, 0);
  EXPECT_GE(cut.cut_rounds, 1);
  EXPECT_EQ(cut.newton_steps, 0);
  EXPECT_LE(cut.evaluations, 1500);
  double last = 0.0;
  std::int64_t evaluations = 0;
  for (const HistoryEntry& entry : cut.history) {
    EXPECT_TRUE(std::isfinite(entry.objective));
    EXPECT_GE(entry.evaluations, evaluations);
    evaluations = entry.evaluations;
    if (std::isnan(entry.lower_bound)) continue;  // no certificate was due
    EXPECT_GE(entry.lower_bound, last);
    last = entry.lower_bound;
  }
  EXPECT_EQ(last, cut.lower_bound);
}

// Not after checks that a round follows: an interrupt there leaves the round for later.
TEST_F(CutRounds, CheckpointsAfterARoundResumeBitForBit) {
  const std::string path = ::testing::TempDir() + "burelu_cut_rounds.checkpoint";
  SolveOptions plain = options(20);
  plain.tolerance = 3e-3;
  plain.max_evaluations = 2000;
  const Run whole = run(plain);
  ASSERT_GE(whole.rounds.size(), 1U);
  std::vector<std::int64_t> stops;
  for (std::int64_t check = whole.result.checks - 1; check > whole.rounds.front() && stops.size() < 2; --check)
    if (std::count(whole.rounds.begin(), whole.rounds.end(), check) == 0) stops.push_back(check);
  ASSERT_FALSE(stops.empty());
  for (const std::int64_t checks : stops) {
    SolveOptions first = plain;
    first.checkpoint = path;
    first.checkpoint_interval = 0.0;
    first.progress = [checks, seen = std::int64_t{0}](const Progress&) mutable { return ++seen < checks; };
    EXPECT_EQ(solve(instance_.problem(), first).status, Status::interrupted);
    SolveOptions again = plain;
    again.resume = path;
    const Relaxation resumed = solve(instance_.problem(), again);
    EXPECT_EQ(resumed.status, whole.result.status);
    EXPECT_EQ(resumed.lower_bound, whole.result.lower_bound) << checks;
    EXPECT_EQ(resumed.bound_without_cuts, whole.result.bound_without_cuts);
    EXPECT_EQ(resumed.objective, whole.result.objective);
    EXPECT_EQ(resumed.evaluations, whole.result.evaluations);
    EXPECT_EQ(resumed.cuts, whole.result.cuts);
    EXPECT_EQ(resumed.cut_rounds, whole.result.cut_rounds);
    EXPECT_TRUE(resumed.factor.A.data == whole.result.factor.A.data);
  }
  std::filesystem::remove(path);
}

// Idle cuts make room: certificates may use more of them than one relaxation has.
TEST_F(CutRounds, NoRelaxationHasMoreThanAskedFor) {
  const Run few = run(options(8));
  EXPECT_GE(few.rounds.size(), 1U);
  EXPECT_LE(few.most_cuts, 8);
  EXPECT_GT(few.most_cuts, 0);
  SolveOptions once = options(kAutomatic);
  once.cut_rounds = 1;
  EXPECT_EQ(run(once).rounds.size(), 1U);
}

// Too little memory for the larger relaxation is no failure: the one without cuts is solved, and reported.
TEST_F(CutRounds, WithoutRoomForThemTheRelaxationWithoutCutsStands) {
  const Relaxation none = solve(instance_.problem(), options(0));
  int refused = 0;
  StandIn device;
  device.make_relaxation = [&](const RelaxationData& data, const BackendOptions& wish) {
    if (data.cuts.count() > 0 && ++refused > 0) throw MemoryError("no room");
    return processor().relaxation(data, wish);
  };
  const Relaxation result = solve_with(instance_.problem(), options(40), device);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(result.status, Status::solved) << result.message;
  EXPECT_EQ(result.lower_bound, none.lower_bound);
  EXPECT_EQ(result.cuts, 0);
  EXPECT_EQ(result.cut_rounds, 0);
  EXPECT_EQ(result.factor.A.data, none.factor.A.data);
}

TEST_F(CutRounds, AnInterruptAtConvergenceEndsTheSolve) {
  const std::int64_t checks = solve(instance_.problem(), options(0)).checks;
  SolveOptions stopping = options(40);
  std::int64_t seen = 0;
  stopping.progress = [&](const Progress&) { return ++seen != checks; };
  const Relaxation result = solve(instance_.problem(), stopping);
  EXPECT_EQ(seen, checks);
  EXPECT_EQ(result.status, Status::interrupted);
  EXPECT_EQ(result.cuts, 0);
}

}  // namespace
}  // namespace burelu::test
