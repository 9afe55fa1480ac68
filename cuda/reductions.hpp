// Inner products in two fixed stages, their sums handed to a rule on the device. For .cu files only.
#pragma once

#include <algorithm>

#include "device.hpp"
#include "launch.hpp"
#include "reduction_sizes.hpp"
#include "state.hpp"

namespace burelu::cuda {

struct Dot {
  const double* x;
  const double* y;
  std::int64_t size;
};

template <int kCount>
struct Dots {
  Dot dot[kCount];
};

/// Stage one: block (b, k) sums its share of product k. 16 bytes per term.
template <int kCount>
__global__ void __launch_bounds__(kThreads) dots_kernel(Dots<kCount> dots, double* partial) {
  Dot dot = dots.dot[0];
  for (unsigned k = 1; k < kCount; ++k)
    if (blockIdx.y == k) dot = dots.dot[k];  // an index known only at run time would copy all to the stack
  double sum = 0.0;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = thread_index(); i < dot.size; i += step) sum += dot.x[i] * dot.y[i];
  sum = block_sum(sum, shared_memory<double>());
  if (threadIdx.x == 0) partial[blockIdx.y * gridDim.x + blockIdx.x] = sum;
}

/// Stage two, one block: `rule(state, sums)` by one thread.
template <int kCount, class Rule>
__global__ void __launch_bounds__(kThreads)
    dots_rule_kernel(const double* partial, int blocks, State* state, Rule rule) {
  double sums[kCount];
  for (int k = 0; k < kCount; ++k) {
    double sum = 0.0;
    for (int b = static_cast<int>(threadIdx.x); b < blocks; b += kThreads) sum += partial[k * blocks + b];
    sums[k] = block_sum(sum, shared_memory<double>() + k * kThreads);
  }
  if (threadIdx.x == 0) rule(*state, sums);
}

/// `partial` holds kMaxDots * kDotBlocks doubles.
template <int kCount, class Rule>
void dots(cudaStream_t stream, const Dots<kCount>& products, double* partial, State* state, Rule rule) {
  static_assert(kCount <= kMaxDots);
  std::int64_t longest = 1;
  for (const Dot& dot : products.dot) longest = std::max(longest, dot.size);
  const auto blocks = static_cast<unsigned>(std::min<std::int64_t>((longest + kDotShare - 1) / kDotShare, kDotBlocks));
  launch(stream, {dim3(blocks, kCount), kThreads, kThreads * sizeof(double)}, dots_kernel<kCount>, products, partial);
  launch(stream, {dim3(1), kThreads, kCount * kThreads * sizeof(double)}, dots_rule_kernel<kCount, Rule>, partial,
         static_cast<int>(blocks), state, rule);
}

}  // namespace burelu::cuda
