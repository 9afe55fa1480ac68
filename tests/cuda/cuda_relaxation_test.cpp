// The relaxation of the CUDA backend: order of threads and launches on the host double; multipliers written and
// read, there and on a device.
#include <algorithm>

#include "burelu/errors.hpp"
#include "cuda/cuda_support.hpp"

namespace burelu::test {
namespace {

TEST(CudaOnHost, ResultsDoNotDependOnTheOrderOfThreads) {
  const RelaxationData data = medium();
  std::vector<Snapshot> runs;
  for (const Order order : {Order::forward, Order::backward, Order::shuffled}) {
    cuda_double::set_order(order);
    const auto backend = make_cuda_on_host_backend(data, small_memory(), 0, {32});
    drill(*backend, data, 7, nullptr);
    descend(*backend, 20);
    update(*backend);
    runs.push_back(look(*backend));
  }
  cuda_double::set_order(Order::forward);
  EXPECT_TRUE(bitwise_equal(runs[0], runs[1]));
  EXPECT_TRUE(bitwise_equal(runs[0], runs[2]));
}

class CudaStateTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  void SetUp() override { require(kind_); }
  std::unique_ptr<Backend> backend(const RelaxationData& data, bool single = false,
                                   const CudaTuning& tuning = {}) const {
    return make_backend(kind_, data, small_memory(single), tuning);
  }

  const BackendKind kind_ = GetParam();
  const RelaxationData data_ = medium();
};

INSTANTIATE_TEST_SUITE_P(All, CudaStateTest, ::testing::ValuesIn(kCudaKinds), backend_kind_name);

TEST(CudaOnHost, AnotherBodyOrRankIsRecordedAgain) {
  const RelaxationData data = medium();
  const auto backend = make_cuda_on_host_backend(data, small_memory(), 0);
  const auto graphs = counters().graphs;
  for (const int rank : {5, 5, 6}) {
    const Point z = random_point(data, rank, 3);
    backend->write_point(z.Shat, z.Ut);
    descend(*backend, 3);
  }
  EXPECT_EQ(counters().graphs - graphs, 2);
  backend->repeat(3, [&] { backend->step(); });
  EXPECT_EQ(counters().graphs - graphs, 3);
  look(*backend);
}

TEST(CudaOnHost, AnEvaluationTakesFewLaunches) {
  const RelaxationData data = medium();
  const auto backend = make_cuda_on_host_backend(data, small_memory(), 0);
  const Point z = random_point(data, 7, 3);
  backend->write_point(z.Shat, z.Ut);
  backend->open_window();
  const auto before = counters().launches;
  evaluation(*backend);
  // step 1, activations 2, output layer 7, pass 5, pull back 6 (a row of negatives), judge 1, accept 5, direction 2
  constexpr int kLaunches = 29;
  EXPECT_EQ(counters().launches - before, kLaunches);
  look(*backend);
}

TEST_P(CudaStateTest, MultipliersWrittenAreReadInParts) {
  const auto rows = static_cast<std::int32_t>(data_.factor_rows());
  std::vector<Multiplier> pairs;
  for (std::int32_t i = 0; i < rows; ++i)
    for (std::int32_t j = 0; j < i; ++j)
      if (!data_.tied(i, j) && (i * 7 + j * 3) % 5 < 4) pairs.push_back({i, j, 1.0 + 0.01 * i + 0.0001 * j});
  const auto per_part =
      static_cast<std::size_t>(32 * (rows + 31) / 32 * 32 / 2);  // two doubles each in a panel of 32 rows
  ASSERT_GT(pairs.size(), per_part);
  for (const bool single : {false, true}) {
    const auto written = backend(data_, single, {32, 0});
    written->write_point(random_point(data_, 3, 3).Shat, random_point(data_, 3, 3).Ut);
    written->write_multipliers({pairs.rbegin(), pairs.rend()});
    const std::vector<Multiplier> seen = look(*written).multipliers;
    ASSERT_EQ(seen.size(), pairs.size());
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      EXPECT_EQ(seen[k].i, pairs[k].i);
      EXPECT_EQ(seen[k].j, pairs[k].j);
      EXPECT_NEAR(seen[k].value, pairs[k].value, (single ? 2e-7 : 1e-15) * pairs[k].value);
    }
  }
}

}  // namespace
}  // namespace burelu::test
