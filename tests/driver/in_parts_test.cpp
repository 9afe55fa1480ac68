// Solves in parts: the same problem, bound and answer; limits and wishes inside a part.
#include "driver/in_parts.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <utility>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "certificate/proof.hpp"
#include "driver/solve_with.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

SolveOptions in_parts(int parts, double tolerance = 1e-2) {
  SolveOptions options;
  options.bound = BoundMethod::relaxation;
  options.tolerance = tolerance;
  options.threads = 1;
  options.parts = parts;
  return options;
}

void expect_proven(const Instance& instance, const Relaxation& result) {
  ASSERT_FALSE(result.certificate.empty());
  EXPECT_EQ(proven_bound(instance.problem(), result.certificate), result.lower_bound);
}

TEST(InParts, ComesToTheBoundOfTheWhole) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Instance instance = seed == 3 ? degenerate(60, 3, 2, seed, 0.5) : teacher(60, 3, 2, seed, 0.5);
    const Relaxation whole = solve(instance.problem(), in_parts(1));
    const Relaxation joined = solve(instance.problem(), in_parts(3));
    EXPECT_EQ(whole.status, Status::solved);
    EXPECT_EQ(joined.status, Status::solved) << joined.message;
    expect_proven(instance, joined);
    EXPECT_NEAR(joined.lower_bound, whole.lower_bound, 2e-2 * whole.objective);
    EXPECT_LE(joined.lower_bound, whole.objective * (1.0 + 1e-2));
  }
}

TEST(InParts, IsRepeatable) {
  const Instance instance = teacher(48, 3, 1, 4, 0.5);
  const Relaxation first = solve(instance.problem(), in_parts(3));
  const Relaxation second = solve(instance.problem(), in_parts(3));
  EXPECT_EQ(first.lower_bound, second.lower_bound);
  EXPECT_EQ(first.objective, second.objective);
  EXPECT_EQ(first.evaluations, second.evaluations);
}

TEST(InParts, ChecksSayWhichPartTheyAreOf) {
  const Instance instance = teacher(48, 3, 1, 4, 0.5);
  SolveOptions options = in_parts(3);
  std::set<std::pair<int, int>> seen;
  double last = 0.0;
  bool forward = true;
  options.progress = [&](const Progress& check) {
    seen.insert({check.part, check.parts});
    forward = forward && check.seconds >= last;
    last = check.seconds;
    return true;
  };
  solve(instance.problem(), options);
  EXPECT_EQ(seen, (std::set<std::pair<int, int>>{{0, 0}, {1, 3}, {2, 3}, {3, 3}}));
  EXPECT_TRUE(forward);
}

// After some checks of a part the callback refuses: what its parts prove so far, and nothing of the others, is
// reported.
TEST(InParts, AnInterruptInAPartEndsWithWhatIsProven) {
  const Instance instance = degenerate(60, 3, 2, 5, 0.5);
  for (const int part : {1, 2, 3}) {
    SolveOptions options = in_parts(3, 1e-3);
    bool refused = false;
    options.progress = [&](const Progress& check) {
      EXPECT_FALSE(refused);  // nobody asks again
      refused = check.part == part;
      return !refused;
    };
    const Relaxation result = solve(instance.problem(), options);
    EXPECT_EQ(result.status, Status::interrupted) << part;
    expect_proven(instance, result);
    if (part > 1) {
      EXPECT_GT(result.lower_bound, 0.0) << part;
    }
    EXPECT_TRUE(std::isnan(result.objective));
  }
}

TEST(InParts, AWishAnywhereEndsWithABound) {
  const Instance instance = teacher(60, 3, 2, 5, 0.5);
  for (const int at : {0, 5, 100, 400}) {
    int asked = 0;
    SolveOptions options = in_parts(3, 1e-9);
    options.stop = [&] { return asked++ >= at; };
    const Relaxation result = solve(instance.problem(), options);
    EXPECT_EQ(result.status, Status::interrupted) << at;
    expect_proven(instance, result);
    EXPECT_GT(result.lower_bound, 0.0) << at;
  }
}

TEST(InParts, LimitsAreSharedOut) {
  const Instance instance = teacher(200, 5, 2, 5, 0.5);
  SolveOptions options = in_parts(2, 1e-9);
  options.max_evaluations = 400;
  const Relaxation few = solve(instance.problem(), options);
  EXPECT_EQ(few.status, Status::evaluation_limit);
  EXPECT_LE(few.evaluations, 400);
  EXPECT_GT(few.objective, 0.0);  // of the whole, which has its share
  expect_proven(instance, few);
  options.max_evaluations = 0;
  options.time_limit = 0.5;
  std::set<int> parts;
  options.progress = [&](const Progress& check) { return parts.insert(check.part), true; };
  const Relaxation late = solve(instance.problem(), options);
  EXPECT_EQ(late.status, Status::time_limit);
  EXPECT_LT(late.seconds.total, 60.0);
  EXPECT_TRUE(parts.count(1) == 1 && parts.count(2) == 1);
  expect_proven(instance, late);
}

// The device fails in the second part: the first one's bound is kept, with nothing proven of the other lines.
TEST(InParts, AFailureInALaterPartKeepsTheBound) {
  const Instance instance = teacher(60, 3, 2, 5, 0.5);
  for (const int working : {0, 1, 2}) {
    int made = 0;
    StandIn device;
    device.make_relaxation = [&](const RelaxationData& data, const BackendOptions& options) {
      if (made++ >= working) throw DeviceError("lost");
      return processor().relaxation(data, options);
    };
    if (working == 0) {
      EXPECT_THROW(solve_with(instance.problem(), in_parts(3), device), DeviceError);
      continue;
    }
    const Relaxation result = solve_with(instance.problem(), in_parts(3), device);
    EXPECT_EQ(result.status, Status::device_failed);
    expect_proven(instance, result);
    EXPECT_GT(result.lower_bound, 0.0);
  }
}

TEST(InParts, ANetworkIsTrainedAgainstTheBound) {
  const Instance instance = teacher(60, 3, 2, 5, 0.5);
  TrainOptions options;
  options.solve = in_parts(2);
  const Training result = train(instance.problem(), options);
  EXPECT_EQ(result.relaxation.status, Status::solved);
  EXPECT_GE(result.objective, result.relaxation.lower_bound);
}

TEST(InParts, OfTargetsThatAreZeroOrAGammaThatIsLarge) {
  Instance instance = teacher(30, 3, 1, 6, 1e4);
  EXPECT_EQ(solve(instance.problem(), in_parts(3)).status, Status::solved);
  instance.gamma = 0.5;
  for (index_t i = 0; i < 30; ++i) instance.Y(i, 0) = i < 3 ? 1.0 : 0.0;  // some parts may have none
  const Relaxation few = solve(instance.problem(), in_parts(10));
  EXPECT_EQ(few.status, Status::solved) << few.message;
  expect_proven(instance, few);
  SolveOptions negative = in_parts(-1);
  EXPECT_THROW(solve(instance.problem(), negative), DataError);
}

}  // namespace
}  // namespace burelu::test
