// What ranks do besides sharing a relaxation: the same result for any number of them.
#include <gtest/gtest.h>

#include "branch/kinks.hpp"
#include "branch/search.hpp"
#include "burelu/path.hpp"
#include "driver/devices.hpp"
#include "driver/jobs.hpp"
#include "ranks/lead.hpp"
#include "support/instances.hpp"
#include "support/thread_ranks.hpp"

namespace burelu {
namespace {

void with_ranks(int size, const std::function<void(Lead&)>& work) {
  test::ThreadRanks(size).run([&](Ranks& ranks) {
    if (ranks.rank() > 0)
      return serve(
          ranks, [](const std::string& name) { return find_device(name); }, all_jobs(), 1);
    Lead lead(ranks);
    lead.device("cpu", cpu_device());
    work(lead);
  });
}

TEST(RankJobs, BranchAndBoundTestsTheSameCells) {
  const auto data = test::teacher(150, 4, 2, 3);
  const Presolved reduced = presolve(data.problem());
  const Kinks kinks = make_kinks(data.X, reduced, test::gaussian(150, 2, 9));
  SearchLimits limits;
  limits.relative = 1e-8;
  const SearchResult alone = search(kinks, limits);
  ASSERT_TRUE(alone.finished);
  ASSERT_GT(alone.cells, 8192);  // far beyond the first rounds, which one rank does
  for (const int size : {2, 3}) {
    SearchResult together;
    std::int64_t bytes = 0;
    with_ranks(size, [&](Lead& lead) {
      SearchLimits shared = limits;
      shared.lead = &lead;
      together = search(kinks, shared);
      bytes = lead.ranks().traffic().bytes;
    });
    EXPECT_GT(bytes, 0);  // others had a part in it
    EXPECT_EQ(together.cells, alone.cells);
    EXPECT_EQ(together.upper, alone.upper);
    EXPECT_EQ(together.best, alone.best);
    ASSERT_EQ(together.peaks.size(), alone.peaks.size());
    for (std::size_t k = 0; k < alone.peaks.size(); ++k) EXPECT_EQ(together.peaks[k].y, alone.peaks[k].y);
  }
}

TEST(RankJobs, FoldsHaveTheSameScores) {
  const auto data = test::teacher(60, 3, 1, 4);
  PathOptions options;
  options.train.solve.device = "cpu";
  options.train.solve.threads = 1;
  options.gammas = {8.0, 2.0, 0.5};
  options.folds = 4;
  options.bounds = false;
  const Path alone = path(data.problem(), options);
  int pieces = 0;
  Path together;
  with_ranks(3, [&](Lead& lead) {
    PathOptions shared = options;
    shared.train.solve.lead = &lead;
    shared.finished = [&](const PathPiece&) { ++pieces; };
    together = path(data.problem(), shared);
  });
  EXPECT_EQ(pieces, 12);
  EXPECT_EQ(together.chosen, alone.chosen);
  ASSERT_EQ(together.points.size(), alone.points.size());
  for (std::size_t k = 0; k < alone.points.size(); ++k) {
    EXPECT_EQ(together.points[k].squared_error.mean, alone.points[k].squared_error.mean);
    EXPECT_EQ(together.points[k].r2.standard_error, alone.points[k].r2.standard_error);
  }
}

}  // namespace
}  // namespace burelu
