// The entry points of the CUDA runtime that cuda/ uses, for the host compiler. Found before the toolkit's header of the
// same name when cuda/ is compiled for tests; what is missing here, cuda/ does not use.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <functional>
#include <source_location>
#include <tuple>
#include <utility>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__

// NOLINTBEGIN(readability-identifier-naming): NVIDIA's names.

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};

inline thread_local uint3 threadIdx, blockIdx;
inline thread_local dim3 blockDim, gridDim;

void __syncthreads(const std::source_location& at = std::source_location::current());
void __syncwarp(unsigned mask = 0xffffffffU, const std::source_location& at = std::source_location::current());
double __shfl_xor_sync(unsigned mask, double value, int lanes,
                       const std::source_location& at = std::source_location::current());

// The threads of all blocks take turns: nothing comes between.
inline unsigned long long atomicAdd(unsigned long long* to, unsigned long long value) {
  const unsigned long long before = *to;
  *to += value;
  return before;
}
inline unsigned long long atomicMax(unsigned long long* to, unsigned long long value) {
  const unsigned long long before = *to;
  *to = before > value ? before : value;
  return before;
}
inline long long __double_as_longlong(double value) { return std::bit_cast<long long>(value); }
inline double __longlong_as_double(long long bits) { return std::bit_cast<double>(bits); }
inline int __ffsll(long long bits) { return __builtin_ffsll(bits); }

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorNotReady = 600,
  cudaErrorLaunchFailure = 719,
  cudaErrorStreamCaptureUnsupported = 900
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal = 1 };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
constexpr unsigned cudaStreamNonBlocking = 1;
#define CUDART_VERSION 13000

using cudaStream_t = struct DoubleStream*;
using cudaGraph_t = struct DoubleGraph*;
using cudaGraphExec_t = struct DoubleGraph*;

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
  int l2CacheSize;
  int multiProcessorCount;
  int major, minor;
};

cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total);
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();

cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t stream);
cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream);
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes);
cudaError_t cudaFreeHost(void* pointer);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t bytes, cudaStream_t stream);

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamQuery(cudaStream_t stream);
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long flags = 0);
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec);

namespace burelu::cuda_double {

/// Lets `kernel` have this much dynamic shared memory.
cudaError_t raise_shared(const void* kernel, int bytes);
/// Queues `work` as a launch of `kernel` in `grid` blocks.
cudaError_t launch(const void* kernel, dim3 grid, dim3 block, std::size_t shared, cudaStream_t stream,
                   std::function<void()> work);
/// Queues anything else that counts as a launch (a BLAS call).
cudaError_t enqueue(cudaStream_t stream, std::function<void()> work);
/// Shared memory of the running block.
void* shared_bytes();

template <class... P, std::size_t... k>
std::tuple<P...> unpack(void** arguments, std::index_sequence<k...>) {
  return {*static_cast<P*>(arguments[k])...};
}

}  // namespace burelu::cuda_double

template <class... P>
cudaError_t cudaFuncSetAttribute(void (*kernel)(P...), cudaFuncAttribute, int value) {
  return burelu::cuda_double::raise_shared(reinterpret_cast<const void*>(kernel), value);
}

template <class... P>
cudaError_t cudaLaunchKernel(void (*kernel)(P...), dim3 grid, dim3 block, void** arguments, std::size_t shared,
                             cudaStream_t stream) {
  return burelu::cuda_double::launch(
      reinterpret_cast<const void*>(kernel), grid, block, shared, stream,
      [kernel, values = burelu::cuda_double::unpack<P...>(arguments, std::index_sequence_for<P...>())] {
        std::apply(kernel, values);
      });
}

// NOLINTEND(readability-identifier-naming)
