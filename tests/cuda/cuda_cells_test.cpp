// Branch and bound's cells on the CUDA backend against the processor's: cell by cell, and as whole searches.
#include <cmath>
#include <random>

#include "branch/cell.hpp"
#include "burelu/errors.hpp"
#include "cuda/cell_cases.hpp"

namespace burelu::test {
namespace {

double most_sampled(const Posed& p, std::uint64_t seed, int count) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  double best = 0.0;
  std::vector<double> u(static_cast<std::size_t>(p.instance.X.cols));
  for (int k = 0; k < count; ++k) {
    const double flat = k % 2 == 0 ? 0.0 : 1.0;  // half of them along the axes of the features' sizes
    for (std::size_t j = 0; j < u.size(); ++j) u[j] = normal(engine) * std::pow(10.0, -flat * static_cast<double>(j));
    best = std::max(best, naive_height(p.instance.X, p.W, u));
  }
  return best;
}

class CudaCells : public ::testing::TestWithParam<BackendKind> {
 protected:
  void SetUp() override { require(GetParam()); }
  std::unique_ptr<CellBackend> cells(const Kinks& kinks, const CudaCellTuning& tuning = few()) const {
    return cuda_makers(GetParam()).cells(kinks, 0, tuning);
  }
};

// The same formulas on sums in another order: what differs is rounding.
void expect_verdict(const CellRun& run, const Box& box, const CellVerdict& expected, double threshold) {
  const double bound = std::min(box.bound, expected.bound);
  EXPECT_EQ(run.cells, 1);
  if (std::abs(expected.bound - threshold) < 1e-9 * threshold) return;  // either is right
  if (expected.proven || bound <= threshold) {
    EXPECT_TRUE(run.open.empty() && run.points.empty());
    return;
  }
  EXPECT_NEAR(run.best, expected.value, 1e-12 * expected.value);
  if (expected.axis < 0) {
    ASSERT_EQ(run.points.size(), 1U);
    return;
  }
  ASSERT_EQ(run.open.size(), 2U);
  Box lower = box;
  const Box upper = halve(lower, expected.axis);
  if (std::isfinite(bound)) {
    EXPECT_NEAR(run.open[0].bound, bound, 1e-8 * bound);
  } else {
    EXPECT_EQ(run.open[0].bound, bound);
  }
  EXPECT_EQ(run.open[0].open, expected.open);
  EXPECT_EQ(run.open[1].open, expected.open);
  EXPECT_TRUE(std::equal(upper.low, upper.low + kMostDims, run.open[1].low));
  EXPECT_TRUE(std::equal(lower.high, lower.high + kMostDims, run.open[0].high));
}

TEST_P(CudaCells, JudgeAsTheProcessorDoes) {
  std::mt19937_64 engine(3);
  std::uniform_real_distribution<double> uniform;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Posed p = posed(seed);
    const auto backend = cells(p.kinks, few(1));
    CellTest test(p.kinks);
    const Frame root = root_frame(p.kinks);
    for (Box box : covering(p.kinks.dims, p.kinks.outputs)) {
      if (uniform(engine) < 0.5) continue;
      double threshold = 0.0;
      for (int cut = 0; cut < 10; ++cut) {
        Frame child;
        const CellVerdict expected = test.test(box, root, threshold, child);
        CellRun run;
        run.threshold = threshold;
        run.open = {box};
        backend->run(run);
        expect_verdict(run, box, expected, threshold);
        threshold = 0.8 * std::max(expected.value, threshold / 0.8);
        if (expected.axis < 0) break;
        const Box upper = halve(box, expected.axis);
        if (uniform(engine) < 0.5) box = upper;
      }
    }
  }
}

TEST_P(CudaCells, ASearchAgreesWithTheProcessorsAndIsAboveEverySample) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    const Posed p = posed(seed);
    SearchLimits limits;
    limits.relative = 0.02;
    const SearchResult expected = search(p.kinks, limits);
    const auto backend = cells(p.kinks);
    const SearchResult found = search_batches(*backend, p.kinks, limits);
    ASSERT_TRUE(found.finished) << seed;
    EXPECT_LE(found.upper, found.best * (1.0 + 1.001 * limits.relative) + 1e-300) << seed;
    EXPECT_GE(found.upper, expected.best) << seed;
    EXPECT_GE(expected.upper, found.best) << seed;
    EXPECT_GE(found.upper * p.kinks.unit + p.kinks.eta, most_sampled(p, seed, 300)) << seed;
    ASSERT_FALSE(found.peaks.empty()) << seed;
    EXPECT_NEAR(height(p.kinks, found.peaks.front().y.data()), found.best, 1e-9 * found.best) << seed;
  }
}

// At a fixed threshold the order of cells is nothing to the tree: it is the processor's, but for ties.
TEST_P(CudaCells, TheTreeIsTheProcessors) {
  for (const index_t d : {4, 5, 6})
    for (const index_t c : {1, 2, 3}) {
      Instance instance = teacher(16, d, c, 3);
      const Posed p = posed(std::move(instance), gaussian(16, c, 7));
      SearchLimits limits;
      limits.threshold = 1.1 * search(p.kinks, limits).best;
      limits.relative = 0.0;
      const SearchResult here = search(p.kinks, limits);
      const SearchResult there = search_batches(*cells(p.kinks), p.kinks, limits);
      EXPECT_TRUE(here.finished && there.finished);
      EXPECT_NEAR(static_cast<double>(there.cells), static_cast<double>(here.cells),
                  2.0 + 0.02 * static_cast<double>(here.cells))
          << d << " features, " << c << " outputs";
    }
}

TEST_P(CudaCells, NothingIsLostWhereThereIsLittleRoom) {
  const Posed p = posed(8);
  SearchLimits limits;
  limits.threshold = 1.02 * search(p.kinks, limits).upper;
  limits.relative = 0.0;
  CudaCellTuning tuning = few(20);
  const SearchResult wide = search_batches(*cells(p.kinks, tuning), p.kinks, limits);
  ASSERT_TRUE(wide.finished);
  for (const std::int64_t room : {2, 5, 17}) {
    tuning.stack = room;
    tuning.found = 2;
    tuning.step = room - 1;
    const SearchResult tight = search_batches(*cells(p.kinks, tuning), p.kinks, limits);
    EXPECT_TRUE(tight.finished) << room;
    EXPECT_EQ(tight.cells, wide.cells) << room;
    EXPECT_EQ(tight.upper, wide.upper) << room;
    EXPECT_EQ(tight.best, wide.best) << room;
  }
}

TEST_P(CudaCells, StoppedInMidTreeKeepsABoundAboveTheMaximum) {
  const Posed p = posed(8);
  SearchLimits limits;
  limits.relative = 1e-3;
  const SearchResult exact = search(p.kinks, limits);
  const auto backend = cells(p.kinks, few(2));
  for (const int most : {0, 1, 5}) {
    int looks = 0;
    limits.keep_going = [&](std::int64_t) { return ++looks <= most; };
    const SearchResult stopped = search_batches(*backend, p.kinks, limits);
    EXPECT_FALSE(stopped.finished);
    EXPECT_GE(stopped.upper, exact.best);
    EXPECT_EQ(looks, most + 1);
  }
  limits.keep_going = {};
  limits.cells = 100;
  const SearchResult limited = search_batches(*backend, p.kinks, limits);
  EXPECT_GE(limited.cells, 100);
  EXPECT_LE(limited.cells, 100 + 2 * backend->most());
  limits.cells = 0;
  limits.decide = true;
  limits.threshold = 0.5 * exact.best;
  EXPECT_GT(search_batches(*backend, p.kinks, limits).best, limits.threshold);
}

TEST_P(CudaCells, OneFeatureNoWeightAndEqualSamples) {
  const Posed line = posed(teacher(5, 1, 2, 3), gaussian(5, 2, 8));
  SearchLimits limits;
  limits.relative = 1e-9;
  const SearchResult found = search_batches(*cells(line.kinks), line.kinks, limits);
  const double expected =
      std::max(naive_height(line.instance.X, line.W, {1.0}), naive_height(line.instance.X, line.W, {-1.0}));
  EXPECT_TRUE(found.finished);
  EXPECT_NEAR(found.upper * line.kinks.unit, expected, 1e-8 * expected);

  const Posed none = posed(line.instance, Matrix(5, 2));
  limits.threshold = 1e-3;
  const SearchResult zero = search_batches(*cells(none.kinks), none.kinks, limits);
  EXPECT_TRUE(zero.finished);
  EXPECT_EQ(zero.best, 0.0);

  Instance same = teacher(12, 3, 1, 4);
  for (index_t i = 1; i < 12; ++i) std::copy_n(same.X.row(i % 2), 3, same.X.row(i));
  const Posed equal = posed(same, gaussian(12, 1, 9));
  limits = {};
  const SearchResult there = search_batches(*cells(equal.kinks), equal.kinks, limits);
  EXPECT_TRUE(there.finished);
  EXPECT_NEAR(there.upper, search(equal.kinks, limits).upper, 2e-3 * there.upper);
}

// What a warp leaves for the next lines is behind a barrier: any order of its threads gives the same bits.
TEST_P(CudaCells, SearchesTwiceTheSame) {
  for (const std::uint64_t seed : {3U, 8U, 13U}) {  // one output, two, three
    const Posed p = posed(seed);
    SearchLimits limits;
    limits.relative = 0.1;
    const SearchResult first = search_batches(*cells(p.kinks), p.kinks, limits);
    for (const Order order : {Order::backward, Order::shuffled}) {
      cuda_double::set_order(order);
      const SearchResult again = search_batches(*cells(p.kinks), p.kinks, limits);
      cuda_double::set_order(Order::forward);
      EXPECT_EQ(again.upper, first.upper);
      EXPECT_EQ(again.best, first.best);
      EXPECT_EQ(again.cells, first.cells);
      ASSERT_EQ(again.peaks.size(), first.peaks.size());
      for (std::size_t k = 0; k < first.peaks.size(); ++k) EXPECT_EQ(again.peaks[k].y, first.peaks[k].y);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, CudaCells, ::testing::ValuesIn(kCudaKinds), backend_kind_name);

TEST(CudaCellsCost, TwoWaitsARunAndFourLaunchesAStep) {
  const Posed p = posed(9);
  const auto backend = make_cuda_on_host_cells(p.kinks, 0, few(7));
  CellRun run;
  for (int round = 0; round < 3; ++round) {
    run.open = covering(p.kinks.dims, p.kinks.outputs);
    run.threshold = 1e-3;
    const auto before = counters();
    backend->run(run);
    EXPECT_EQ(counters().waits - before.waits, 2);
    EXPECT_EQ(counters().launches - before.launches, round == 0 ? 4 + 4 + 1 : 1);  // by itself, recorded; counted
    EXPECT_EQ(counters().replays - before.replays, round == 0 ? 6 : 7);
    EXPECT_EQ(counters().strays, before.strays);
  }
}

TEST(CudaCellsCost, TakesTheMemoryItSays) {
  const Pretend pretend;
  const Posed p = posed(9);
  cuda_double::machine().memory = 4 << 20;
  {
    const auto backend = make_cuda_on_host_cells(p.kinks, 0);
    EXPECT_GE(backend->most(), 4);
    EXPECT_LE(counters().allocated, 4 << 20);
  }
  cuda_double::machine().memory = 1 << 10;
  EXPECT_THROW(make_cuda_on_host_cells(p.kinks, 0), MemoryError);
  const auto device = make_cuda_on_host_device(0, cpu_device());
  SearchLimits limits;
  EXPECT_TRUE(search_on(*device, p.kinks, limits).finished);  // on the processor
}

}  // namespace
}  // namespace burelu::test
