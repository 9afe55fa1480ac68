// The search against sampling: its upper bound is above every direction tried, and close to the best of its own.
#include "branch/search.hpp"

#include <gtest/gtest.h>

#include <random>

#include "branch/ascent.hpp"
#include "branch/cases.hpp"

namespace burelu {
namespace {

struct Posed {
  test::Instance instance;
  Matrix W;
  Presolved reduced;
  Kinks kinks;
};

Posed posed(std::uint64_t seed) {
  Posed out;
  out.instance = test::branch_case(seed);
  out.W = test::gaussian(out.instance.X.rows, out.instance.Y.cols, seed + 77);
  out.reduced = presolve(out.instance.problem());
  out.kinks = make_kinks(out.instance.X, out.reduced, out.W);
  return out;
}

double most_sampled(const Posed& p, std::uint64_t seed, int count) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  double best = 0.0;
  std::vector<double> u(static_cast<std::size_t>(p.instance.X.cols));
  for (int k = 0; k < count; ++k) {
    const double flat = k % 2 == 0 ? 0.0 : 1.0;  // half of them along the axes of the features' sizes
    for (std::size_t j = 0; j < u.size(); ++j) u[j] = normal(engine) * std::pow(10.0, -flat * static_cast<double>(j));
    best = std::max(best, test::naive_height(p.instance.X, p.W, u));
  }
  return best;
}

TEST(Search, BoundsTheMaximumFromAboveAndMeetsIt) {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    const Posed p = posed(seed);
    SearchLimits limits;
    limits.relative = 1e-3;
    limits.threads = 2;
    const SearchResult found = search(p.kinks, limits);
    ASSERT_TRUE(found.finished) << seed;
    EXPECT_LE(found.best, found.upper) << seed;
    EXPECT_LE(found.upper, found.best * (1.0 + 1.001e-3) + 1e-300) << seed;
    const double upper = found.upper * p.kinks.unit + p.kinks.eta;
    const double sampled = most_sampled(p, seed, 400);
    EXPECT_GE(upper, sampled) << seed;
    EXPECT_LE(upper, p.kinks.largest * 1.01) << seed;
    Ascent ascent(p.kinks);
    for (Peak peak : found.peaks) EXPECT_LE(ascent.climb(peak.y), found.upper) << seed;
  }
}

TEST(Search, ALooseThresholdNeedsFewerCellsAndIsProven) {
  const Posed p = posed(23);
  SearchLimits limits;
  limits.relative = 1e-4;
  const SearchResult exact = search(p.kinks, limits);
  limits.threshold = 2.0 * exact.upper;
  const SearchResult loose = search(p.kinks, limits);
  EXPECT_TRUE(loose.finished);
  EXPECT_EQ(loose.upper, limits.threshold);
  EXPECT_LT(loose.cells, exact.cells);
}

TEST(Search, StoppedInMidTreeKeepsABoundAboveTheMaximum) {
  for (const std::uint64_t seed : {4U, 8U, 24U, 23U}) {
    const Posed p = posed(seed);
    SearchLimits limits;
    limits.relative = 1e-4;
    const SearchResult exact = search(p.kinks, limits);
    int looks = 0;
    limits.keep_going = [&](std::int64_t) { return ++looks < 2; };
    const SearchResult stopped = search(p.kinks, limits);
    EXPECT_GE(stopped.upper, exact.best);
    limits.keep_going = {};
    limits.cells = 1;
    EXPECT_GE(search(p.kinks, limits).upper, exact.best);
  }
}

TEST(Search, OneFeatureAndNoWeight) {
  test::Instance line = test::teacher(5, 1, 2, 3);
  const Presolved reduced = presolve(line.problem());
  const Matrix W = test::gaussian(5, 2, 8);
  const Kinks kinks = make_kinks(line.X, reduced, W);
  SearchLimits limits;
  limits.relative = 1e-9;
  const SearchResult found = search(kinks, limits);
  const double expected = std::max(test::naive_height(line.X, W, {1.0}), test::naive_height(line.X, W, {-1.0}));
  EXPECT_TRUE(found.finished);
  EXPECT_NEAR(found.upper * kinks.unit, expected, 1e-8 * expected);
  const Kinks none = make_kinks(line.X, reduced, Matrix(5, 2));
  limits.threshold = 1e-3;
  const SearchResult zero = search(none, limits);
  EXPECT_TRUE(zero.finished);
  EXPECT_EQ(zero.best, 0.0);
}

// Cases with up to some thousand cells, and with h found below: what a thread knows of another's finds would show.
TEST(Search, AnyNumberOfThreadsFindsTheSame) {
  for (const std::uint64_t seed : {14U, 23U, 24U, 28U}) {
    const Posed p = posed(seed);
    SearchLimits limits;
    limits.relative = 1e-4;
    const SearchResult one = search(p.kinks, limits);
    ASSERT_TRUE(one.finished) << seed;
    for (const int threads : {2, 5, 2}) {
      limits.threads = threads;
      const SearchResult found = search(p.kinks, limits);
      EXPECT_EQ(found.upper, one.upper) << seed;
      EXPECT_EQ(found.best, one.best) << seed;
      EXPECT_EQ(found.cells, one.cells) << seed;
      ASSERT_EQ(found.peaks.size(), one.peaks.size()) << seed;
      for (std::size_t k = 0; k < one.peaks.size(); ++k) {
        EXPECT_EQ(found.peaks[k].value, one.peaks[k].value) << seed;
        EXPECT_EQ(found.peaks[k].y, one.peaks[k].y) << seed;
      }
    }
  }
}

TEST(Search, AlsoWhereALimitOfCellsOrWorkEndsIt) {
  const Posed p = posed(24);
  SearchLimits limits;
  limits.relative = 1e-6;
  const SearchResult all = search(p.kinks, limits);
  limits.cells = all.cells / 3;
  const SearchResult fewer = search(p.kinks, limits);
  limits.cells = 0;
  limits.work = all.work / 3.0;
  const SearchResult less = search(p.kinks, limits);
  EXPECT_LT(fewer.cells, all.cells / 2);
  EXPECT_LT(less.work, all.work / 2.0);
  limits.threads = 3;
  EXPECT_EQ(search(p.kinks, limits).upper, less.upper);
  limits.work = 0.0;
  limits.cells = all.cells / 3;
  EXPECT_EQ(search(p.kinks, limits).upper, fewer.upper);
}

}  // namespace
}  // namespace burelu
