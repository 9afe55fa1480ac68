// Memory of the slack on the device: what the estimate says, and where there is too little.
#include "burelu/errors.hpp"
#include "cuda/cuda_support.hpp"

namespace burelu::test {
namespace {

TEST(CudaSlackMemory, TheEstimateIsWhatIsAllocated) {
  const Matrix X = gaussian(50, 4, 1);
  const std::int64_t estimate = cuda_on_host_slack_memory({50, 4, 9}, 0);
  auto& counts = counters();
  counts.peak = counts.allocated;
  const std::int64_t before = counts.allocated;
  {
    const auto slack = make_cuda_on_host_slack(X, 0.1, 9, 0);
    EXPECT_EQ(counts.peak - before, estimate);
  }
  EXPECT_EQ(counts.allocated, before);
}

TEST(CudaSlackMemory, WithoutRoomThereIsNone) {
  const Matrix X = gaussian(50, 4, 1);
  auto& machine = cuda_double::machine();
  const std::size_t before = machine.memory;
  machine.memory = static_cast<std::size_t>(counters().allocated + cuda_on_host_slack_memory({50, 4, 9}, 0)) - 1;
  EXPECT_THROW(make_cuda_on_host_slack(X, 0.1, 9, 0), MemoryError);
  machine.memory += 1;
  EXPECT_NO_THROW(make_cuda_on_host_slack(X, 0.1, 9, 0));
  machine.memory = before;
}

}  // namespace
}  // namespace burelu::test
