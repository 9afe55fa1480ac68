// Memory, streams, graphs and launches of the host double.
#include "cuda_double.hpp"

#include <cblas.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <unordered_map>
#include <vector>

#include "cublas_v2.h"
#include "cuda_runtime.h"
#include "fibers.hpp"

using burelu::cuda_double::counters;
using burelu::cuda_double::machine;
using Queue = std::vector<std::function<void()>>;

struct DoubleGraph {
  std::shared_ptr<const Queue> work;
};

struct DoubleStream {
  Queue queue;
  std::unique_ptr<Queue> recorded;  // while capturing
};

struct DoubleBlas {
  cudaStream_t stream = nullptr;
  void* workspace = nullptr;
  std::size_t bytes = 0;
  cublasPointerMode_t mode = CUBLAS_POINTER_MODE_HOST;
};

namespace burelu::cuda_double {
namespace {

struct State {
  Counters counters;
  Machine machine;
  Order order = Order::forward;
  std::unique_ptr<Block> block;
  std::unique_ptr<std::byte[]> shared;
  std::size_t shared_size = 0;
  std::unordered_map<void*, std::size_t> device, pinned;
  std::string failure;
  cudaError_t error = cudaSuccess;
  int failing = 0;
  bool dead = false;  // after a failure that was asked for
};

State& state() {
  static thread_local State instance;
  return instance;
}

void fail(const std::string& why) {
  state().error = cudaErrorLaunchFailure;
  state().failure = why;
}

void push(cudaStream_t stream, std::function<void()> work) {
  (stream->recorded ? *stream->recorded : stream->queue).push_back(std::move(work));
}

// Exact size, so that AddressSanitizer sees an access outside; NaN, so that others see a missing barrier.
void fresh_shared(std::size_t bytes) {
  State& s = state();
  if (s.shared_size != bytes || !s.shared) s.shared.reset(new std::byte[bytes]);
  s.shared_size = bytes;
  if (bytes > 0) std::memset(s.shared.get(), 0xff, bytes);
}

void run_kernel(dim3 grid, dim3 block, std::size_t shared, const std::function<void()>& work) {
  State& s = state();
  if (s.error != cudaSuccess) return;
  if (s.failing > 0 && --s.failing == 0) {
    s.dead = true;
    return fail("a kernel was asked to fail");
  }
  if (!s.block) s.block = std::make_unique<Block>(s.order);
  s.block->order = s.order;
  blockDim = block;
  gridDim = grid;
  const auto threads = static_cast<int>(block.x * block.y * block.z);
  const std::function<void(int)> thread_work = [&work, block](int thread) {
    const auto t = static_cast<unsigned>(thread);
    threadIdx = {t % block.x, t / block.x % block.y, t / (block.x * block.y)};
    work();
  };
  for (unsigned z = 0; z < grid.z; ++z)
    for (unsigned y = 0; y < grid.y; ++y)
      for (unsigned x = 0; x < grid.x; ++x) {
        blockIdx = {x, y, z};
        fresh_shared(shared);
        if (s.block->run(threads, thread_work)) continue;
        fail(s.block->failure);
        s.block.reset();
        return;
      }
}

// Index variables are the thread's own: restored when its fiber goes on.
template <class Wait>
auto waiting(const Wait& wait) {
  struct Restore {
    uint3 index = threadIdx;
    ~Restore() { threadIdx = index; }
  } const restore;
  return wait(*state().block);
}

}  // namespace

Counters& counters() { return state().counters; }
Machine& machine() { return state().machine; }
const std::string& failure() { return state().failure; }
void set_order(Order order) { state().order = order; }
void fail_launch(int countdown) {
  state().failing = countdown;
  state().dead = false;
  state().error = cudaSuccess;
}
void* shared_bytes() { return state().shared.get(); }

cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
  if (state().dead) return cudaErrorLaunchFailure;
  counters().launches += 1;
  push(stream, std::move(work));
  return cudaSuccess;
}

cudaError_t launch(dim3 grid, dim3 block, std::size_t shared, cudaStream_t stream, std::function<void()> work) {
  const bool sane = grid.x > 0 && grid.y > 0 && grid.z > 0 && grid.y < 65536 && grid.z < 65536 &&
                    block.x * block.y * block.z > 0 && block.x * block.y * block.z <= 1024 && shared <= 227 * 1024;
  if (!sane) return cudaErrorInvalidValue;
  return enqueue(stream, [grid, block, shared, work = std::move(work)] { run_kernel(grid, block, shared, work); });
}

}  // namespace burelu::cuda_double

using burelu::cuda_double::push;
using burelu::cuda_double::state;

void __syncthreads(const std::source_location& at) {
  burelu::cuda_double::waiting([&](auto& block) { block.barrier(at.line()); });
}
void __syncwarp(unsigned, const std::source_location& at) {
  burelu::cuda_double::waiting([&](auto& block) { block.warp_barrier(at.line()); });
}
double __shfl_xor_sync(unsigned, double value, int lanes, const std::source_location& at) {
  return burelu::cuda_double::waiting(
      [&](auto& block) { return block.exchange(value, (block.thread() % 32) ^ lanes, at.line()); });
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = machine().driver == 0 ? 0 : machine().devices;
  if (machine().driver < CUDART_VERSION / 1000 * 1000) return cudaErrorInsufficientDriver;
  return *count > 0 ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = machine().driver;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) { return device < machine().devices ? cudaSuccess : cudaErrorInvalidDevice; }
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {"host double", machine().memory, machine().cache, machine().multiprocessors, 9, 0};
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = machine().memory;
  *free = *total - static_cast<std::size_t>(counters().allocated);
  return cudaSuccess;
}
const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInsufficientDriver:
      return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    case cudaErrorStreamCaptureUnsupported:
      return "operation not permitted when stream is capturing";
    default:
      return "invalid argument";
  }
}
cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t stream) {
  if (stream->recorded) return cudaErrorStreamCaptureUnsupported;
  if (state().dead) return cudaErrorLaunchFailure;
  auto& c = counters();
  if (bytes > machine().memory - static_cast<std::size_t>(c.allocated)) return cudaErrorMemoryAllocation;
  *pointer = std::malloc(bytes);  // NOLINT: released in cudaFreeAsync
  std::memset(*pointer, 0xff, bytes);
  state().device[*pointer] = bytes;
  c.allocated += static_cast<std::int64_t>(bytes);
  c.peak = std::max(c.peak, c.allocated);
  return cudaSuccess;
}
cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream) {
  const auto found = state().device.find(pointer);
  if (found == state().device.end()) return cudaErrorInvalidValue;
  counters().allocated -= static_cast<std::int64_t>(found->second);
  state().device.erase(found);
  push(stream, [pointer] { std::free(pointer); });
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  *pointer = std::malloc(bytes);  // NOLINT: released in cudaFreeHost
  state().pinned[*pointer] = bytes;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* pointer) {
  state().pinned.erase(pointer);
  std::free(pointer);
  return cudaSuccess;
}

// Pageable memory is read at the call; pinned memory when the stream gets there. To pageable memory the host waits.
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  const auto pinned = [](const void* p) {
    for (const auto& [begin, size] : state().pinned)
      if (p >= begin && p < static_cast<const std::byte*>(begin) + size) return true;
    return false;
  };
  if (state().dead) return cudaErrorLaunchFailure;
  if (kind == cudaMemcpyHostToDevice && !pinned(from)) {
    if (stream->recorded) return cudaErrorStreamCaptureUnsupported;
    const auto* first = static_cast<const std::byte*>(from);
    push(stream, [to, copy = std::vector<std::byte>(first, first + bytes)] {
      if (!copy.empty()) std::memcpy(to, copy.data(), copy.size());
    });
    return cudaSuccess;
  }
  push(stream, [to, from, bytes] { std::memcpy(to, from, bytes); });
  return kind == cudaMemcpyDeviceToHost && !pinned(to) ? cudaStreamSynchronize(stream) : cudaSuccess;
}
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
  if (kind != cudaMemcpyDeviceToDevice) return cudaErrorInvalidValue;
  push(stream, [=] {
    for (std::size_t i = 0; i < height; ++i)
      std::memcpy(static_cast<std::byte*>(to) + i * to_pitch, static_cast<const std::byte*>(from) + i * from_pitch,
                  width);
  });
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t bytes, cudaStream_t stream) {
  if (state().dead) return cudaErrorLaunchFailure;
  push(stream, [pointer, value, bytes] { std::memset(pointer, value, bytes); });
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new DoubleStream;  // NOLINT: released in cudaStreamDestroy
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  for (const auto& work : stream->queue) work();
  delete stream;  // NOLINT
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (stream->recorded) return cudaErrorStreamCaptureUnsupported;
  counters().waits += 1;
  if (state().dead) return cudaErrorLaunchFailure;
  for (const auto& work : std::exchange(stream->queue, {})) work();
  return std::exchange(state().error, cudaSuccess);
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  stream->recorded = std::make_unique<Queue>();
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = new DoubleGraph{std::shared_ptr<const Queue>(std::move(stream->recorded))};  // NOLINT
  counters().graphs += 1;
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  *exec = new DoubleGraph(*graph);  // NOLINT
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  if (state().dead) return cudaErrorLaunchFailure;
  counters().replays += 1;
  push(stream, [work = exec->work] {
    for (const auto& one : *work) one();
  });
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;  // NOLINT
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) { return cudaGraphDestroy(exec); }

cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  *handle = new DoubleBlas;  // NOLINT: released in cublasDestroy
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy(cublasHandle_t handle) {
  delete handle;  // NOLINT
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  *handle = {stream, nullptr, 0, handle->mode};  // as the library: the workspace is forgotten
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* workspace, std::size_t bytes) {
  handle->workspace = workspace;
  handle->bytes = bytes;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetPointerMode(cublasHandle_t handle, cublasPointerMode_t mode) {
  handle->mode = mode;
  return CUBLAS_STATUS_SUCCESS;
}
const char* cublasGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_SUCCESS ? "success" : "an unsupported value or parameter was passed";
}

// Only as the backend must use it: device pointers, and a workspace, without which a capture would allocate.
cublasStatus_t cublasDgemm(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                           const double* alpha, const double* A, int lda, const double* B, int ldb, const double* beta,
                           double* C, int ldc) {
  const bool shapes = m >= 0 && n >= 0 && k >= 0 && lda >= std::max(1, ta == CUBLAS_OP_N ? m : k) &&
                      ldb >= std::max(1, tb == CUBLAS_OP_N ? k : n) && ldc >= std::max(1, m);
  if (handle->stream == nullptr || handle->workspace == nullptr || handle->mode != CUBLAS_POINTER_MODE_DEVICE)
    return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!shapes) return CUBLAS_STATUS_INVALID_VALUE;
  burelu::cuda_double::enqueue(handle->stream, [=] {
    cblas_dgemm(CblasColMajor, ta == CUBLAS_OP_N ? CblasNoTrans : CblasTrans,
                tb == CUBLAS_OP_N ? CblasNoTrans : CblasTrans, m, n, k, *alpha, A, lda, B, ldb, *beta, C, ldc);
  });
  return CUBLAS_STATUS_SUCCESS;
}
