// The whole solve: known optima, invariances, host waits, limits, stops.
#include "burelu/solve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

#include "burelu/errors.hpp"
#include "certificate/proof.hpp"
#include "driver/solve_with.hpp"
#include "support/backends.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"
#include "support/shared_data.hpp"
#include "support/shared_problems.hpp"

namespace burelu::test {
namespace {

SolveOptions options_to(double tolerance, std::int64_t evaluations = 20000) {
  SolveOptions options;
  options.tolerance = tolerance;
  options.max_evaluations = evaluations;
  options.threads = 1;
  return options;
}

// Golden optima carry the accuracy of the interior-point run they come from.
constexpr double kGoldenError = 1e-5;

TEST(Solve, BoundsMeetTheGoldenOptima) {
  BURELU_SHARED_OR_SKIP(golden, "data/golden.csv");
  std::ifstream in(golden);
  std::string line;
  std::getline(in, line);
  int problems = 0;
  while (std::getline(in, line)) {
    std::stringstream fields(line);
    std::string name, gamma, dual, primal;
    std::getline(fields, name, ',');
    std::getline(fields, gamma, ',');
    std::getline(fields, dual, ',');
    std::getline(fields, primal, ',');
    const Instance instance = shared_instance("data/" + name, std::stod(gamma));
    const Relaxation result = solve(instance.problem(), options_to(1e-3));
    EXPECT_EQ(result.status, Status::solved) << name << " " << gamma;
    EXPECT_LE(result.lower_bound, std::stod(primal) * (1.0 + kGoldenError)) << name << " " << gamma;
    EXPECT_GE(result.lower_bound, std::stod(dual) * (1.0 - 1e-3)) << name << " " << gamma;
    ++problems;
  }
  EXPECT_EQ(problems, 14);
}

TEST(Solve, OneSampleHasItsClosedForm) {
  // min over s = |u||v| of 1/2 (|x| s - y)^2 + gamma s: s = (|x| y - gamma)/|x|^2.
  const double x = 2.0;
  const double y = 3.0;
  const double gamma = 0.5;
  const Instance instance{Matrix(1, 1, x), Matrix(1, 1, y), gamma};
  const Relaxation result = solve(instance.problem(), options_to(1e-6));
  const double s = (x * y - gamma) / (x * x);
  const double optimum = 0.5 * std::pow(x * s - y, 2) + gamma * s;
  EXPECT_EQ(result.status, Status::solved) << result.message;
  EXPECT_LE(result.lower_bound, optimum);
  EXPECT_NEAR(result.lower_bound, optimum, 2e-6 * optimum);
}

TEST(Solve, LargeGammaMakesTheZeroNetworkOptimal) {
  const Instance instance = teacher(12, 2, 2, 5, 1e3);
  double zero = 0.0;
  for (const double y : instance.Y.data) zero += 0.5 * y * y;
  const Relaxation result = solve(instance.problem(), options_to(1e-6));
  EXPECT_EQ(result.status, Status::solved) << result.message;
  EXPECT_LE(result.lower_bound, zero);
  EXPECT_NEAR(result.lower_bound, zero, 2e-6 * zero);
}

TEST(Solve, NothingToLearnIsSolvedAtOnce) {
  Instance instance{gaussian(5, 2, 1), Matrix(5, 2), 0.1};
  const Relaxation zero_targets = solve(instance.problem(), options_to(1e-3));
  EXPECT_EQ(zero_targets.status, Status::solved);
  EXPECT_EQ(zero_targets.objective, 0.0);
  EXPECT_LE(zero_targets.lower_bound, 0.0);
  EXPECT_NEAR(zero_targets.lower_bound, 0.0, 1e-290);
  instance = {Matrix(3, 2), gaussian(3, 2, 2), 0.1};
  const Relaxation zero_rows = solve(instance.problem(), options_to(1e-3));
  double loss = 0.0;
  for (const double y : instance.Y.data) loss += 0.5 * y * y;
  EXPECT_EQ(zero_rows.status, Status::solved);
  EXPECT_LE(zero_rows.lower_bound, loss);
  EXPECT_NEAR(zero_rows.lower_bound, loss, 1e-12 * loss);
}

TEST(Solve, FreshTeachersBehaveLikeTheGoldenOnes) {
  for (std::uint64_t seed = 100; seed < 106; ++seed) {
    const Instance instance = teacher(25, 2, 5, seed, 0.1, 100);
    const Relaxation result = solve(instance.problem(), options_to(1e-3));
    EXPECT_EQ(result.status, Status::solved) << seed;
    EXPECT_LE(std::fabs(result.relative_gap), 1e-3) << seed;
    const Network some = {gaussian(2, 20, seed), gaussian(5, 20, seed + 1)};
    EXPECT_LE(result.lower_bound, objective(instance.problem(), some)) << seed;
  }
}

class Invariance : public ::testing::Test {
 protected:
  static constexpr double kTolerance = 1e-4;
  Instance base_ = teacher(20, 3, 2, 77, 0.05);
  double bound_ = solve(base_.problem(), options_to(kTolerance)).lower_bound;
  void expect_same(const Instance& moved) {
    const Relaxation result = solve(moved.problem(), options_to(kTolerance));
    EXPECT_EQ(result.status, Status::solved);
    EXPECT_NEAR(result.lower_bound, bound_, 2.0 * kTolerance * bound_);
  }
};

TEST_F(Invariance, RotatedData) {
  Instance moved = base_;
  const double c = std::cos(0.7);
  const double s = std::sin(0.7);
  for (index_t i = 0; i < moved.X.rows; ++i) {
    const double a = moved.X(i, 0);
    const double b = moved.X(i, 2);
    moved.X(i, 0) = c * a - s * b;
    moved.X(i, 2) = s * a + c * b;
  }
  expect_same(moved);
}

TEST_F(Invariance, PermutedRowsAndClasses) {
  Instance moved = base_;
  for (index_t i = 0; i < moved.X.rows; ++i) {
    const index_t from = (7 * i + 3) % moved.X.rows;
    for (index_t k = 0; k < 3; ++k) moved.X(i, k) = base_.X(from, k);
    for (index_t k = 0; k < 2; ++k) moved.Y(i, k) = base_.Y(from, 1 - k);
  }
  expect_same(moved);
}

TEST_F(Invariance, ScaledDataWithScaledGamma) {
  for (const double scale : {1e-3, 250.0}) {
    Instance moved = base_;
    for (double& x : moved.X.data) x *= scale;
    moved.gamma *= scale;
    expect_same(moved);
  }
}

TEST_F(Invariance, AppendedZeroAndDependentColumns) {
  Instance moved{Matrix(base_.X.rows, 5), base_.Y, base_.gamma};
  for (index_t i = 0; i < moved.X.rows; ++i)
    for (index_t k = 0; k < 3; ++k) moved.X(i, k) = base_.X(i, k);
  expect_same(moved);
}

TEST(Solve, DeferredRunsAgreeBitwiseAndWaitOncePerCheck) {
  for (const Instance& instance : {teacher(25, 2, 3, 8), degenerate(30, 3, 2, 9, 0.02)}) {
    const SolveOptions options = options_to(1e-3, 3000);
    const Relaxation direct = solve(instance.problem(), options);
    int waits = 0;
    StandIn device;
    device.make_relaxation = [&](const RelaxationData& data, const BackendOptions& wish) {
      return std::make_unique<DeferredBackend>(processor().relaxation(data, wish), &waits);
    };
    const Relaxation result = solve_with(instance.problem(), options, device);
    EXPECT_EQ(result.lower_bound, direct.lower_bound);
    EXPECT_EQ(result.objective, direct.objective);
    EXPECT_EQ(result.factor.A.data, direct.factor.A.data);
    EXPECT_EQ(result.factor.U.data, direct.factor.U.data);
    EXPECT_EQ(result.evaluations, direct.evaluations);
    EXPECT_EQ(waits, result.checks + 1);
    EXPECT_EQ(result.host_waits, result.checks + 1);
  }
}

// With two columns of the factor an evaluation is cheap beside a certificate: none is due at the first check, where the
// limit of time strikes.
TEST(Solve, ALimitOfTimeEndsWithABound) {
  const Instance instance = teacher(220, 3, 2, 8);
  SolveOptions options = options_to(1e-6, 100000);
  options.rank = 2;
  std::vector<double> bounds;
  options.progress = [&](const Progress& p) {
    bounds.push_back(p.lower_bound);
    return bounds.size() < 2;
  };
  solve(instance.problem(), options);
  ASSERT_EQ(bounds.size(), 2U);
  ASSERT_TRUE(std::isnan(bounds.front()));  // else this test shows nothing
  options.progress = {};
  options.time_limit = 1e-9;
  const Relaxation result = solve(instance.problem(), options);
  EXPECT_EQ(result.status, Status::time_limit);
  EXPECT_EQ(result.checks, 1);
  EXPECT_TRUE(std::isfinite(result.lower_bound));
  EXPECT_EQ(result.history.back().lower_bound, result.lower_bound);
  EXPECT_EQ(result.host_waits, result.checks + 2);
}

// Columns that a solution does not need are dropped on the way, whoever asked for them: the same optimum.
TEST(Solve, TheRankFallsToWhatASolutionNeeds) {
  const Instance instance = teacher(40, 3, 2, 12, 0.1);
  SolveOptions options = options_to(1e-3);
  options.rank = 3 + 2 + 1;  // what it never falls below
  const Relaxation narrow = solve(instance.problem(), options);
  options.rank = 40;
  const Relaxation wide = solve(instance.problem(), options);
  ASSERT_EQ(narrow.status, Status::solved);
  ASSERT_EQ(wide.status, Status::solved);
  EXPECT_EQ(narrow.rank, 6);
  EXPECT_EQ(wide.history.front().rank, 40);
  EXPECT_LE(wide.rank, 13);
  EXPECT_GE(wide.rank, 6);
  EXPECT_EQ(wide.factor.U.cols, wide.rank);
  EXPECT_EQ(wide.factor.A.cols, wide.rank);
  for (std::size_t k = 1; k < wide.history.size(); ++k) EXPECT_LE(wide.history[k].rank, wide.history[k - 1].rank);
  EXPECT_NEAR(wide.lower_bound, narrow.lower_bound, 2e-3 * wide.objective);
  EXPECT_NEAR(wide.objective, narrow.objective, 2e-3 * wide.objective);
}

// Lists with room for a fraction of what they want: the solve ends, says so, and its bound is proven.
TEST(Solve, ABoundFromCutListsIsValid) {
  const Instance instance = teacher(60, 3, 2, 12, 0.1);
  const Relaxation whole = solve(instance.problem(), options_to(1e-4));
  ASSERT_EQ(whole.status, Status::solved);
  EXPECT_EQ(whole.short_lists, 0);
  EXPECT_EQ(whole.message.find("want of memory"), std::string::npos);
  for (const std::int64_t pairs : {std::int64_t{600}, std::int64_t{60}}) {
    StandIn device;
    device.make_relaxation = [pairs](const RelaxationData& data, BackendOptions options) {
      options.pairs = pairs;
      return processor().relaxation(data, options);
    };
    const Relaxation cut = solve_with(instance.problem(), options_to(1e-3, 3000), device);
    EXPECT_GT(cut.short_lists, 0) << pairs;
    EXPECT_NE(cut.message.find("want of memory"), std::string::npos) << cut.message;
    EXPECT_GT(cut.lower_bound, 0.0);
    EXPECT_LE(cut.lower_bound, whole.objective * (1.0 + 1e-4));
    EXPECT_EQ(*proven_bound(instance.problem(), cut.certificate), cut.lower_bound);
  }
}

TEST(Solve, LimitsAndStopsAreHonoured) {
  const Instance instance = teacher(40, 3, 2, 12, 0.01);
  SolveOptions options = options_to(1e-9, 700);
  Relaxation result = solve(instance.problem(), options);
  EXPECT_EQ(result.status, Status::evaluation_limit);
  EXPECT_LE(result.evaluations, 700);
  EXPECT_GT(result.evaluations, 700 - 112);  // less is left than the longest window takes
  EXPECT_EQ(result.history.back().evaluations, result.evaluations);

  int calls = 0;
  options.progress = [&](const Progress& p) {
    EXPECT_GT(p.evaluations, 0);
    return ++calls < 3;
  };
  result = solve(instance.problem(), options);
  EXPECT_EQ(result.status, Status::interrupted);
  EXPECT_EQ(calls, 3);

  options = options_to(1e-12, 0);
  options.time_limit = 1e-9;  // over on any machine
  result = solve(instance.problem(), options);
  EXPECT_EQ(result.status, Status::time_limit);
}

TEST(Solve, AnUnreachableToleranceIsNeverReportedAsSolved) {
  const Instance instance = teacher(15, 2, 1, 13);
  const Relaxation result = solve(instance.problem(), options_to(1e-15, 40000));
  EXPECT_NE(result.status, Status::solved);
  EXPECT_TRUE(std::isfinite(result.lower_bound));
}

TEST(Solve, TheBoundNeverFallsOverTheHistory) {
  const Instance instance = degenerate(30, 2, 3, 14);
  const Relaxation result = solve(instance.problem(), options_to(1e-5));
  double last = -1e300;
  for (const HistoryEntry& entry : result.history) {
    if (std::isnan(entry.lower_bound)) continue;
    EXPECT_GE(entry.lower_bound, last);
    last = entry.lower_bound;
  }
  EXPECT_EQ(last, result.lower_bound);
  EXPECT_EQ(result.certificate.lower_bound, result.lower_bound);
}

TEST(Solve, TwoSolvesAtOnceAgreeWithOneAfterTheOther) {
  const Instance instances[2] = {teacher(25, 2, 3, 21), teacher(30, 3, 2, 22)};
  Relaxation alone[2];
  Relaxation together[2];
  for (int k = 0; k < 2; ++k) alone[k] = solve(instances[k].problem(), options_to(1e-3));
  std::thread first([&] { together[0] = solve(instances[0].problem(), options_to(1e-3)); });
  std::thread second([&] { together[1] = solve(instances[1].problem(), options_to(1e-3)); });
  first.join();
  second.join();
  for (int k = 0; k < 2; ++k) {
    EXPECT_EQ(alone[k].lower_bound, together[k].lower_bound);
    EXPECT_EQ(alone[k].evaluations, together[k].evaluations);
  }
}

TEST(Solve, BadOptionsAreRefused) {
  const Instance instance = teacher(10, 2, 1, 1);
  SolveOptions options;
  options.tolerance = 0.0;
  EXPECT_THROW(solve(instance.problem(), options), DataError);
  options = {};
  options.device = "tpu";
  EXPECT_THROW(solve(instance.problem(), options), DataError);
  options = {};
  options.rank = -1;
  EXPECT_THROW(solve(instance.problem(), options), DataError);
  Instance broken = instance;
  broken.X(3, 1) = std::nan("");
  EXPECT_THROW(solve(broken.problem(), {}), DataError);
}

}  // namespace
}  // namespace burelu::test
