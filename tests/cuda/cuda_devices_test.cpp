// Memory and absent devices of the CUDA backend's sources on the host double.
#include "cuda_runtime.h"

#include "burelu/errors.hpp"
#include "cuda/cuda_support.hpp"
#include "driver/solve_with.hpp"
#include "linalg/memory.hpp"
#include "seam/footprint.hpp"

namespace burelu::test {
namespace {

std::int64_t estimate(const RelaxationData& data, int rank, BackendOptions options) {
  options.rank = rank;
  return cuda_on_host_memory(cuda_on_host_shape(data, options));
}

void compare_with_estimate(const RelaxationData& data, int rank) {
  const BackendOptions options = small_memory();
  const auto before = counters().allocated;
  const auto backend = make_cuda_on_host_backend(data, options, 0);
  for (const int r : {rank + 3, rank}) {  // a change of rank gives its memory back
    const Point z = random_point(data, r, 3);
    backend->write_point(z.Shat, z.Ut);
    drill(*backend, data, r, nullptr);
    const auto allocated = static_cast<double>(counters().allocated - before);
    EXPECT_NEAR(allocated, static_cast<double>(estimate(data, r, options)), 16.0)  // rounding to doubles
        << data.m << " " << r;
  }
}

TEST(CudaOnHost, TheEstimateIsWhatIsAllocated) {
  for (const index_t rows : {1, 33, 100})
    for (const int rank : {1, 20}) {
      const Instance instance = rows >= 9 ? degenerate(rows, 4, 3, 7) : teacher(rows, 4, 3, 7);
      compare_with_estimate(prepare(presolve(instance.problem())), rank);
    }
  EXPECT_EQ(counters().allocated, 0);
}

// No n^2 numbers: a million samples fit, with the long first lists of a solve and with those of later on.
TEST(CudaOnHost, MemoryMeetsItsTargets) {
  constexpr index_t kMillion = 1000000;
  constexpr double kGiga = 1e9;
  SolveSize size{kMillion, 10, 3, kMillion, 20, 20, 1};
  EXPECT_LE(static_cast<double>(cuda_on_host_memory(size)), 60.0 * kGiga);
  size.pairs = 30 * kMillion;
  EXPECT_LE(static_cast<double>(cuda_on_host_memory(size)), 20.0 * kGiga);
}

template <class Error>
std::string refusal(const RelaxationData& data, int device = 0) {
  try {
    make_cuda_on_host_backend(data, small_memory(), device);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

// Two backends one after the other where there is room for one: what the first had is free when the second asks. Ranks
// one after the other where there is room for one: what was released is waited for.
TEST(CudaOnHost, MemoryThatWasReleasedCanBeAskedFor) {
  constexpr int kRank = 9;
  const Pretend pretend;
  const RelaxationData data = medium();
  BackendOptions options = small_memory();
  options.rank = kRank;
  cuda_double::machine().memory = static_cast<std::size_t>(estimate(data, kRank, options)) + 64;
  for (int k = 0; k < 2; ++k) {
    const auto backend = make_cuda_on_host_backend(data, options, 0);
    for (const int rank : {kRank - 1, kRank}) {
      const Point z = random_point(data, rank, 3);
      backend->write_point(z.Shat, z.Ut);
      descend(*backend, 1);
    }
  }
}

// Whatever the library does on its device, the caller's is the current one when it returns, and when it calls back.
class CudaCaller : public ::testing::Test {
 protected:
  void SetUp() override {
    cuda_double::machine().devices = 2;
    strays_ = counters().strays;
  }
  void TearDown() override {
    EXPECT_EQ(current(), 0);
    EXPECT_EQ(counters().strays, strays_);
  }
  static int current() {
    int device = -1;
    cudaGetDevice(&device);
    return device;
  }

  const Pretend pretend_;
  std::int64_t strays_ = 0;
  const Instance instance_ = teacher(14, 2, 3, 5);
};

TEST_F(CudaCaller, KeepsItsDeviceInEveryCall) {
  const std::shared_ptr<const Device> device = make_cuda_on_host_device(1, cpu_device());
  EXPECT_EQ(device->name().substr(0, 6), "cuda:1");
  EXPECT_GT(device->free_bytes(), 0);
  EXPECT_EQ(current(), 0);
  const RelaxationData data = prepare(presolve(instance_.problem()));
  const auto backend = device->relaxation(data, small_memory());
  EXPECT_EQ(current(), 0);
  drill(*backend, data, 5, nullptr);
  EXPECT_EQ(current(), 0);
}

TEST_F(CudaCaller, KeepsItsDeviceInWholeRuns) {
  const StandIn device(make_cuda_on_host_device(1, cpu_device()));
  TrainOptions options;
  options.width = 3;
  options.solve.max_evaluations = 300;
  options.solve.threads = 1;
  options.solve.progress = [](const Progress&) { return current() == 0; };
  const Training training = train_with(instance_.problem(), options, device);
  EXPECT_NE(training.relaxation.status, Status::interrupted);
  EXPECT_GT(training.relaxation.lower_bound, 0.0);
  EXPECT_EQ(training.network.width(), 3);
}

TEST(CudaOnHost, RefusesWithOneClearLine) {
  const Pretend pretend;
  const RelaxationData data = medium();
  EXPECT_NE(refusal<DeviceError>(data, 1).find("only device 0"), std::string::npos);
  cuda_double::machine().memory = 32 << 20;
  EXPECT_NE(refusal<MemoryError>(data).find("of device memory"), std::string::npos);
  EXPECT_EQ(counters().allocated, 0);
  cuda_double::machine().driver = 12020;
  EXPECT_NE(refusal<DeviceError>(data).find("too old: it supports CUDA 12.2"), std::string::npos);
  cuda_double::machine().driver = 0;
  EXPECT_NE(refusal<DeviceError>(data).find("no CUDA driver"), std::string::npos);
  cuda_double::machine() = {};
  cuda_double::machine().devices = 0;
  EXPECT_NE(refusal<DeviceError>(data).find("no CUDA device"), std::string::npos);
  EXPECT_TRUE(cuda_on_host_devices().empty());
}

}  // namespace
}  // namespace burelu::test
