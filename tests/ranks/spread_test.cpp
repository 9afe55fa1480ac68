// A relaxation solved by several ranks: the same result for any number of them, little traffic, equal shares, and an
// end with the last proven bound where one is lost.
#include <gtest/gtest.h>

#include <cmath>

#include "burelu/solve.hpp"
#include "cpu/cpu_backend.hpp"
#include "driver/devices.hpp"
#include "driver/solve_with.hpp"
#include "ranks/lead.hpp"
#include "ranks/serve.hpp"
#include "ranks/spread.hpp"
#include "relaxation/iteration.hpp"
#include "relaxation/start.hpp"
#include "support/instances.hpp"
#include "support/thread_ranks.hpp"

namespace burelu {
namespace {

using test::ThreadRanks;

void serve_alone(Ranks& ranks, const Jobs& jobs = {}) {
  serve(
      ranks, [](const std::string& name) { return find_device(name); }, jobs, 1);
}

/// work(a device of so many ranks) on rank 0.
void with_ranks(int size, const std::function<void(const Device&, Lead&)>& work) {
  ThreadRanks(size).run([&](Ranks& ranks) {
    if (ranks.rank() > 0) return serve_alone(ranks);
    Lead lead(ranks);
    work(*lead.device("cpu", cpu_device()), lead);
  });
}

SolveOptions options_of_test() {
  SolveOptions options;
  options.tolerance = 1e-2;
  options.bound = BoundMethod::relaxation;
  options.threads = 1;
  return options;
}

TEST(Spread, GivesTheSameResultForAnyNumberOfRanks) {
  const auto data = test::teacher(700, 6, 2, 11);
  Problem problem = data.problem();
  problem.gamma = 20.0;
  const Relaxation alone = solve_with(problem, options_of_test(), *cpu_device());
  ASSERT_EQ(alone.status, Status::solved);
  for (const int size : {1, 2, 3, 4, 9}) {
    Relaxation together;
    with_ranks(size, [&](const Device& device, Lead&) { together = solve_with(problem, options_of_test(), device); });
    EXPECT_EQ(together.status, Status::solved);
    EXPECT_EQ(together.evaluations, alone.evaluations) << size;
    EXPECT_EQ(together.lower_bound, alone.lower_bound) << size;
    EXPECT_EQ(together.objective, alone.objective) << size;
    EXPECT_EQ(together.factor.U.data, alone.factor.U.data) << size;
  }
}

}  // namespace
}  // namespace burelu
