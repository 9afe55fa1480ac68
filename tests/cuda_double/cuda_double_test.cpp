// The host double itself: what runs, what is counted, and planted errors that it must find.
#include "cuda_double.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "cublas_v2.h"
#include "cuda_runtime.h"

namespace {

using burelu::cuda_double::counters;
using burelu::cuda_double::Order;
using burelu::cuda_double::set_order;

double* shared() { return static_cast<double*>(burelu::cuda_double::shared_bytes()); }

// out[i] = in[n - 1 - i] through shared memory; without the barrier the result depends on the order of the threads.
void reverse_kernel(const double* in, double* out, bool with_barrier) {
  const unsigned t = threadIdx.x;
  shared()[t] = in[t];
  if (with_barrier) __syncthreads();
  out[t] = shared()[blockDim.x - 1 - t];
}

void sum_kernel(double* out) {
  double value = static_cast<double>(threadIdx.x);
  for (int lanes = 16; lanes > 0; lanes /= 2) value += __shfl_xor_sync(0xffffffffU, value, lanes);
  out[threadIdx.x] = value;
}

void half_barrier_kernel() {
  if (threadIdx.x < 16) __syncthreads();
}

void two_barriers_kernel() {
  if (threadIdx.x < 16) {
    __syncthreads();
  } else {
    __syncthreads();
  }
}

void half_shuffle_kernel(double* out) {
  if (threadIdx.x < 20) out[threadIdx.x] = __shfl_xor_sync(0xffffffffU, 1.0, 1);
}

[[maybe_unused]] void store_kernel(double* out, int place) { out[place] = 1.0; }
void store_shared_kernel(int place) { shared()[place] = 1.0; }
void add_kernel(double* x) { x[blockIdx.x] += 1.0; }
void poison_kernel(double* out) { out[0] = shared()[5]; }

class CudaDouble : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess); }
  void TearDown() override {
    set_order(Order::forward);
    for (double* p : memory_) cudaFreeAsync(p, stream_);
    cudaStreamDestroy(stream_);
    if (host_ != nullptr) cudaFreeHost(host_);
  }

  double* device(std::size_t count) {
    void* p = nullptr;
    EXPECT_EQ(cudaMallocAsync(&p, count * sizeof(double), stream_), cudaSuccess);
    memory_.push_back(static_cast<double*>(p));
    return memory_.back();
  }
  template <class... P, class... A>
  cudaError_t run(dim3 grid, unsigned threads, std::size_t doubles, void (*kernel)(P...), A... arguments) {
    std::tuple<P...> values{arguments...};
    std::apply(
        [&](auto&... each) {
          void* pointers[] = {&each..., nullptr};
          EXPECT_EQ(cudaLaunchKernel(kernel, grid, dim3(threads), pointers, doubles * sizeof(double), stream_),
                    cudaSuccess);
        },
        values);
    return cudaStreamSynchronize(stream_);
  }
  std::vector<double> reversed(Order order, bool with_barrier) {
    set_order(order);
    constexpr unsigned kSize = 96;
    double* in = device(kSize);
    double* out = device(kSize);
    for (unsigned i = 0; i < kSize; ++i) in[i] = i;  // the double's device memory is the host's
    EXPECT_EQ(run(dim3(1), kSize, kSize, reverse_kernel, in, out, with_barrier), cudaSuccess);
    return {out, out + kSize};
  }

  cudaStream_t stream_ = nullptr;
  std::vector<double*> memory_;
  void* host_ = nullptr;
};

bool same(const std::vector<double>& a, const std::vector<double>& b) {  // bitwise: NaN equals itself
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

TEST_F(CudaDouble, BarriersAndShufflesWorkInEveryOrder) {
  for (const Order order : {Order::forward, Order::backward, Order::shuffled}) {
    const std::vector<double> out = reversed(order, true);
    for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], static_cast<double>(out.size() - 1 - i));
    double* sums = device(64);
    ASSERT_EQ(run(dim3(1), 64, 0, sum_kernel, sums), cudaSuccess);
    EXPECT_EQ(sums[0], 496.0);
    EXPECT_EQ(sums[63], 496.0 + 32.0 * 32.0);
  }
}

TEST_F(CudaDouble, FindsAMissingBarrierByTheOrderOfThreads) {
  const std::vector<double> forward = reversed(Order::forward, false);
  EXPECT_FALSE(same(forward, reversed(Order::backward, false)));
  EXPECT_FALSE(same(forward, reversed(Order::shuffled, false)));
  EXPECT_TRUE(std::isnan(forward[0]));  // read before anybody wrote it
}

TEST_F(CudaDouble, FindsABarrierThatSomeThreadsMiss) {
  EXPECT_EQ(run(dim3(1), 32, 0, half_barrier_kernel), cudaErrorLaunchFailure);
  EXPECT_NE(burelu::cuda_double::failure().find("not reached by all"), std::string::npos);
  EXPECT_EQ(run(dim3(1), 32, 0, two_barriers_kernel), cudaErrorLaunchFailure);
  EXPECT_NE(burelu::cuda_double::failure().find("different barriers"), std::string::npos);
  EXPECT_EQ(run(dim3(1), 32, 0, half_shuffle_kernel, device(32)), cudaErrorLaunchFailure);
  double* sums = device(32);  // and the next kernel runs
  EXPECT_EQ(run(dim3(1), 32, 0, sum_kernel, sums), cudaSuccess);
  EXPECT_EQ(sums[0], 496.0);
}

#if defined(__SANITIZE_ADDRESS__)  // nothing else sees an access out of range
TEST_F(CudaDouble, FindsAnIndexOutOfRange) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(run(dim3(1), 1, 0, store_kernel, device(8), 8), "heap-buffer-overflow");
  EXPECT_DEATH(run(dim3(1), 1, 8, store_shared_kernel, 8), "heap-buffer-overflow");
  EXPECT_EQ(run(dim3(1), 1, 8, store_shared_kernel, 7), cudaSuccess);
}
#endif

TEST_F(CudaDouble, SharedMemoryStartsAsNaN) {
  double* out = device(1);
  ASSERT_EQ(run(dim3(1), 1, 8, poison_kernel, out), cudaSuccess);
  EXPECT_TRUE(std::isnan(out[0]));
}

// As on a device: cudaErrorInvalidValue at the launch, of that kernel only.
TEST_F(CudaDouble, MuchSharedMemoryIsGivenOnlyToAKernelThatAsked) {
  constexpr std::size_t kAnyway = 48 * 1024;
  constexpr int kMuch = 100 * 1024;
  double* out = device(1);
  int place = 0;
  void* poison[] = {&out, nullptr};
  void* store[] = {&place, nullptr};
  const auto launch = [&](std::size_t bytes) {
    return cudaLaunchKernel(poison_kernel, dim3(1), dim3(1), poison, bytes, stream_);
  };
  EXPECT_EQ(launch(kAnyway), cudaSuccess);
  EXPECT_EQ(launch(kAnyway + 1), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFuncSetAttribute(poison_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kMuch), cudaSuccess);
  EXPECT_EQ(launch(kMuch), cudaSuccess);
  EXPECT_EQ(launch(kMuch + 1), cudaErrorInvalidValue);
  EXPECT_EQ(cudaLaunchKernel(store_shared_kernel, dim3(1), dim3(1), store, kMuch, stream_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFuncSetAttribute(poison_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, 228 * 1024),
            cudaErrorInvalidValue);  // more than a block can have
  EXPECT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
}

TEST_F(CudaDouble, NothingRunsBeforeTheHostWaits) {
  double* x = device(3);
  cudaMemsetAsync(x, 0, 3 * sizeof(double), stream_);
  EXPECT_TRUE(std::isnan(x[0]));
  const auto before = counters();
  EXPECT_EQ(run(dim3(3), 1, 0, add_kernel, x), cudaSuccess);
  EXPECT_EQ(x[0], 1.0);
  EXPECT_EQ(x[2], 1.0);
  EXPECT_EQ(counters().waits, before.waits + 1);
  EXPECT_EQ(counters().launches, before.launches + 1);
}

TEST_F(CudaDouble, ACopyToPageableMemoryWaits) {
  double* x = device(1);
  double host = 0.0;
  ASSERT_EQ(cudaMallocHost(&host_, sizeof(double)), cudaSuccess);
  const auto before = counters().waits;
  cudaMemcpyAsync(host_, x, sizeof(double), cudaMemcpyDeviceToHost, stream_);
  EXPECT_EQ(counters().waits, before);
  cudaMemcpyAsync(&host, x, sizeof(double), cudaMemcpyDeviceToHost, stream_);
  EXPECT_EQ(counters().waits, before + 1);
}

TEST_F(CudaDouble, RecordsAndReplays) {
  double* x = device(1);
  cudaMemsetAsync(x, 0, sizeof(double), stream_);
  cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal);
  void* arguments[] = {&x};
  cudaLaunchKernel(add_kernel, dim3(1), dim3(1), arguments, 0, stream_);
  void* refused = nullptr;
  EXPECT_NE(cudaMallocAsync(&refused, 8, stream_), cudaSuccess);
  EXPECT_NE(cudaStreamSynchronize(stream_), cudaSuccess);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  cudaStreamEndCapture(stream_, &graph);
  cudaGraphInstantiate(&exec, graph);
  cudaGraphDestroy(graph);
  for (int k = 0; k < 5; ++k) cudaGraphLaunch(exec, stream_);
  cudaStreamSynchronize(stream_);
  EXPECT_EQ(x[0], 5.0);
  cudaGraphExecDestroy(exec);
}

TEST_F(CudaDouble, BlasNeedsAWorkspaceAndDevicePointers) {
  cublasHandle_t handle = nullptr;
  cublasCreate(&handle);
  double* x = device(3);
  const auto product = [&] {
    return cublasDgemm_64(handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, x, x, 1, x, 1, x, x, 1);
  };
  cublasSetWorkspace(handle, x, 8);
  cublasSetPointerMode(handle, CUBLAS_POINTER_MODE_DEVICE);
  cublasSetStream(handle, stream_);  // forgets the workspace
  EXPECT_NE(product(), CUBLAS_STATUS_SUCCESS);
  cublasSetWorkspace(handle, x, 8);
  EXPECT_EQ(product(), CUBLAS_STATUS_SUCCESS);
  cublasDestroy(handle);
}

}  // namespace
