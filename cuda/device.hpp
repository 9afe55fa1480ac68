// What kernels share: dynamic shared memory, sums over a block. For .cu files only.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "seam/control.hpp"

namespace burelu::cuda {

template <class T>
__device__ __forceinline__ T* shared_memory() {
#if defined(__CUDACC__)
  extern __shared__ __align__(16) unsigned char bytes[];
  return reinterpret_cast<T*>(bytes);
#else
  return static_cast<T*>(cuda_double::shared_bytes());
#endif
}

struct Add {
  __device__ static double identity() { return 0.0; }
  __device__ double operator()(double a, double b) const { return a + b; }
};
struct Max {
  __device__ static double identity() { return -kInfinity; }
  __device__ double operator()(double a, double b) const { return b > a ? b : a; }
};

/// Combines one value of each thread of the block, in a fixed order; the result is valid in the first warp. `scratch`
/// holds blockDim.x doubles and must not be in use.
template <class Operation>
__device__ __forceinline__ double block_reduce(double value, double* scratch, Operation combine) {
  scratch[threadIdx.x] = value;
  __syncthreads();
  double result = Operation::identity();
  if (threadIdx.x < 32) {
    for (unsigned t = threadIdx.x; t < blockDim.x; t += 32) result = combine(result, scratch[t]);
    for (int lanes = 16; lanes > 0; lanes /= 2) result = combine(result, __shfl_xor_sync(0xffffffffU, result, lanes));
  }
  return result;
}

__device__ __forceinline__ double block_sum(double value, double* scratch) {
  return block_reduce(value, scratch, Add{});
}

__device__ __forceinline__ std::int64_t thread_index() {
  return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

}  // namespace burelu::cuda
