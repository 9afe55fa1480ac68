// The SDPA file: its counts, feasibility of a network's point, and the optimum of an independent solver on it.
#include "study/sdpa.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "burelu/solve.hpp"
#include "study/brute_force.hpp"
#include "study/child_process.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

TEST(Sdpa, HeaderCountsVariablesAndBlocks) {
  const auto tiny = test::tiny(0, 4, 2, 3);
  std::istringstream text(sdpa_text(tiny.problem(0.1)));
  int variables = 0;
  int blocks = 0;
  int sizes[3] = {};
  text >> variables >> blocks >> sizes[0] >> sizes[1] >> sizes[2];
  EXPECT_EQ(variables, 6 + 8 + 3 + 6);
  EXPECT_EQ(blocks, 3);
  EXPECT_EQ(sizes[0], 4 + 2);
  EXPECT_EQ(sizes[1], 4 + 3);
  EXPECT_EQ(sizes[2], -(12 + 6 + 6));
}

TEST(Sdpa, ReadsTheValuesOfBothSolvers) {
  CrossCheck result;
  parse_sdpa_output("phase.value  = pdOPT     \n   objValPrimal = +8.1014246e+00\n   objValDual   = +8.1014239e+00\n",
                    result);
  EXPECT_EQ(result.status, "pdOPT");
  EXPECT_DOUBLE_EQ(result.upper, 8.1014246);
  EXPECT_DOUBLE_EQ(result.lower, 8.1014239);
  parse_csdp_log("Success: SDP solved\nPrimal objective value: 8.25e+00 \nDual objective value: 8.5e+00 \n", result);
  EXPECT_EQ(result.status, "Success: SDP solved");
  EXPECT_DOUBLE_EQ(result.lower, 8.25);
  EXPECT_DOUBLE_EQ(result.upper, 8.5);
}

TEST(Sdpa, TheSolverAgreesWithBurelu) {
  if (find_program("sdpa").empty() && find_program("csdp").empty()) GTEST_SKIP() << "neither sdpa nor csdp";
  const test::ScratchFolder folder;
  auto tiny = test::tiny(9, 7, 2, 2);
  tiny.X(3, 0) = tiny.X(3, 1) = 0.0;  // its loss is a constant
  const Problem problem = tiny.problem(0.1);
  const CrossCheck check = cross_check(problem, folder.path("p.dat-s"), 1e-7, 60.0, 1, {});
  SolveOptions options;
  options.tolerance = 1e-5;
  options.bound = BoundMethod::relaxation;
  const Relaxation relaxation = solve(problem, options);
  EXPECT_NEAR(check.lower, relaxation.lower_bound, 1e-4 * check.lower) << check.solver << ": " << check.status;
  EXPECT_GE(check.upper, relaxation.lower_bound * (1.0 - 1e-6));
}

}  // namespace
}  // namespace burelu::study
