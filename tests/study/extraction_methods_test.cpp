// Each start by itself: a network no better than the bound, whose objective the polish has brought near the best.
#include "study/extraction_methods.hpp"

#include <gtest/gtest.h>

#include "burelu/solve.hpp"
#include "support/instances.hpp"

namespace burelu::study {
namespace {

TEST(PolishedStart, EveryKindEndsBetweenTheBoundAndTwiceTheBest) {
  const test::Instance instance = test::degenerate(14, 2, 2, 3);
  SolveOptions options;
  options.threads = 1;
  options.device = "cpu";
  options.bound = BoundMethod::relaxation;
  const Relaxation relaxation = solve(instance.problem(), options);
  for (const StartKind kind : {StartKind::gauss, StartKind::random, StartKind::columns, StartKind::rotate}) {
    SCOPED_TRACE(to_string(kind));
    const Network network = polished_start(instance.problem(), relaxation.factor, {kind, 20, 100, 0});
    const double value = objective(instance.problem(), network);
    EXPECT_GE(value, relaxation.lower_bound);
    EXPECT_LE(value, 2.0 * relaxation.lower_bound);
  }
}

}  // namespace
}  // namespace burelu::study
