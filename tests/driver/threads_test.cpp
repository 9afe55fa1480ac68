// Fewer threads than asked for: the same solve as with that number, and the number is told.
#include <gtest/gtest.h>
#include <omp.h>

#include <array>

#include "burelu/solve.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

Relaxation solve_on(int threads) {
  const Instance instance = teacher(190, 3, 2, 1);  // large enough for tiles by several threads
  SolveOptions options;
  options.threads = threads;
  options.max_evaluations = 60;
  return solve(instance.problem(), options);
}

void expect_same(const Relaxation& a, const Relaxation& b) {
  EXPECT_EQ(a.threads, b.threads);
  EXPECT_EQ(a.evaluations, b.evaluations);
  EXPECT_EQ(a.objective, b.objective);
  EXPECT_EQ(a.infeasibility, b.infeasibility);
  EXPECT_EQ(a.lower_bound, b.lower_bound);
}

TEST(ThreadsOfASolve, InsideAParallelRegionThereIsOne) {
  const Relaxation wanted = solve_on(1);
  EXPECT_EQ(wanted.threads, 1);
  EXPECT_TRUE(std::isfinite(wanted.objective));
  std::array<Relaxation, 2> found;
#pragma omp parallel num_threads(2)
  found[static_cast<std::size_t>(omp_get_thread_num())] = solve_on(4);
  for (const Relaxation& result : found) expect_same(result, wanted);
}

/// The runtime may give any number: the result is that of the number it tells.
TEST(ThreadsOfASolve, DynamicTeams) {
  const int dynamic = omp_get_dynamic();
  omp_set_dynamic(1);
  const Relaxation found = solve_on(4);
  EXPECT_NE(omp_get_dynamic(), 0);
  omp_set_dynamic(dynamic);
  EXPECT_GE(found.threads, 1);
  EXPECT_LE(found.threads, omp_get_num_procs());
  expect_same(found, solve_on(found.threads));
}

TEST(ThreadsOfASolve, NoMoreThanProcessors) {
  const Relaxation found = solve_on(1000);
  EXPECT_LE(found.threads, omp_get_num_procs());
  expect_same(found, solve_on(found.threads));
}

}  // namespace
}  // namespace burelu::test
