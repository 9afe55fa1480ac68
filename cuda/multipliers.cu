// Kernels over the stored multipliers, outside the window.
#include "multipliers.hpp"

#include <algorithm>

#include "device.hpp"
#include "launch.hpp"
#include "seam/rules.hpp"
#include "triangle.hpp"
#include "weights.hpp"

namespace burelu::cuda {
namespace {

constexpr unsigned kRowThreads = 128;          // of a block that works on one row
constexpr std::int64_t kMaxRowBlocks = 32768;  // below the limit of a grid's y

template <class Stored>
__global__ void __launch_bounds__(kThreads) tie_kernel(PairView<Stored> pairs) {
  const std::int64_t k = thread_index();
  const std::int64_t m = pairs.weights.m;
  if (k >= m) return;
  pairs.multipliers[row_offset(m + k) + k] = static_cast<Stored>(-kInfinity);
  pairs.previous[row_offset(m + k) + k] = static_cast<Stored>(-kInfinity);
}

template <class Stored>
__global__ void __launch_bounds__(kThreads)
    extrapolate_kernel(PairView<Stored> pairs, std::int64_t size, const State* state) {
  const double beta = state->control.dual.beta;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t k = thread_index(); k < size; k += step) {
    const Stored now = pairs.multipliers[k];
    if (now == static_cast<Stored>(-kInfinity)) continue;
    pairs.multipliers[k] = static_cast<Stored>(
        entry::extrapolated(static_cast<double>(now), static_cast<double>(pairs.previous[k]), beta));
    pairs.previous[k] = now;
  }
}

// One block: the new importance, and whether there is one. 3 sweeps over m.
__global__ void __launch_bounds__(kThreads)
    importance_kernel(const double* tau, std::int64_t m, std::int64_t rows, double* next, State* state) {
  double* shared = shared_memory<double>();
  double* result = shared + 2 * kThreads;
  double sum = 0.0;
  for (std::int64_t k = threadIdx.x; k < m; k += kThreads) sum += tau[k] < 0.0 ? -tau[k] : 0.0;
  sum = block_sum(sum, shared);
  if (threadIdx.x == 0) {
    result[0] = sum / static_cast<double>(m);
    state->reweighing = result[0] > 0.0 ? 1 : 0;
    if (state->reweighing) state->control.memory.flush = 1;
  }
  __syncthreads();
  const double mean = result[0];
  if (!(mean > 0.0)) return;
  double logs = 0.0;
  for (std::int64_t k = threadIdx.x; k < m; k += kThreads) {
    next[k] = rules::importance(tau[k], mean);
    logs += log(next[k]);
  }
  logs = block_sum(logs, shared + kThreads);
  if (threadIdx.x == 0) result[1] = exp(logs / static_cast<double>(m));
  __syncthreads();
  for (std::int64_t k = threadIdx.x; k < m; k += kThreads) next[m + k] = next[k] = next[k] / result[1];
  for (std::int64_t i = 2 * m + threadIdx.x; i < rows; i += kThreads) next[i] = 1.0;
}

// Blocks of 256 columns, rows in stripes.
template <class Stored>
__global__ void __launch_bounds__(kThreads)
    rescale_kernel(PairView<Stored> pairs, const double* next, const State* state) {
  const std::int64_t j = thread_index();
  if (!state->reweighing) return;
  for (std::int64_t i = blockIdx.y; i < pairs.rows; i += gridDim.y) {
    if (j >= i) continue;
    const double factor = pairs.importance[i] * pairs.importance[j] / (next[i] * next[j]);
    const std::int64_t place = row_offset(i) + j;
    pairs.multipliers[place] = static_cast<Stored>(static_cast<double>(pairs.multipliers[place]) * factor);
    pairs.previous[place] = static_cast<Stored>(static_cast<double>(pairs.previous[place]) * factor);
  }
}

__global__ void __launch_bounds__(kThreads)
    take_importance_kernel(double* importance, const double* next, std::int64_t rows, const State* state) {
  const std::int64_t i = thread_index();
  if (state->reweighing && i < rows) importance[i] = next[i];
}

// Thread t of a block looks at its share of the columns of row i.
template <class Stored, class Work>
__device__ void share_of_row(const PairView<Stored>& pairs, std::int64_t i, const Work& work) {
  const std::int64_t share = (i + kRowThreads - 1) / kRowThreads;
  const std::int64_t begin = share * threadIdx.x;
  const std::int64_t end = begin + share < i ? begin + share : i;
  const Stored* row = pairs.previous + row_offset(i);
  for (std::int64_t j = begin; j < end; ++j)
    if (row[j] > Stored{0}) work(j, static_cast<double>(row[j]));
}

template <class Stored>
__device__ std::int64_t count_share(const PairView<Stored>& pairs, std::int64_t i) {
  std::int64_t count = 0;
  share_of_row(pairs, i, [&count](std::int64_t, double) { ++count; });
  return count;
}

// Exclusive sums of one number per thread, by the first thread; returns the total.
__device__ std::int64_t scan_block(std::int64_t* counts) {
  std::int64_t total = 0;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (unsigned t = 0; t < blockDim.x; ++t) {
      const std::int64_t count = counts[t];
      counts[t] = total;
      total += count;
    }
  }
  __syncthreads();
  return total;  // of the first thread only
}

template <class Stored>
__global__ void __launch_bounds__(kRowThreads) count_kernel(PairView<Stored> pairs, std::int64_t* counts) {
  auto* shared = shared_memory<std::int64_t>();
  for (std::int64_t i = blockIdx.x; i < pairs.rows; i += gridDim.x) {
    shared[threadIdx.x] = count_share(pairs, i);
    const std::int64_t total = scan_block(shared);
    if (threadIdx.x == 0) counts[i] = total;
    __syncthreads();
  }
}

// One block: counts of `rows` rows to the places where they begin, and the total behind them.
__global__ void __launch_bounds__(kThreads) scan_kernel(std::int64_t* counts, std::int64_t rows) {
  auto* shared = shared_memory<std::int64_t>();
  const std::int64_t share = (rows + kThreads - 1) / kThreads;
  const std::int64_t begin = share * threadIdx.x;
  const std::int64_t end = begin + share < rows ? begin + share : rows;
  std::int64_t sum = 0;
  for (std::int64_t i = begin; i < end; ++i) sum += counts[i];
  shared[threadIdx.x] = sum;
  const std::int64_t total = scan_block(shared);
  std::int64_t place = shared[threadIdx.x];
  for (std::int64_t i = begin; i < end; ++i) {
    const std::int64_t count = counts[i];
    counts[i] = place;
    place += count;
  }
  if (threadIdx.x == 0) counts[rows] = total;
}

template <class Stored>
__global__ void __launch_bounds__(kRowThreads) list_kernel(PairView<Stored> pairs, const std::int64_t* offsets,
                                                           std::int64_t begin, std::int64_t capacity, Multiplier* out) {
  auto* shared = shared_memory<std::int64_t>();
  for (std::int64_t i = blockIdx.x; i < pairs.rows; i += gridDim.x) {
    if (offsets[i + 1] <= begin || offsets[i] >= begin + capacity) continue;  // the same for the whole block
    shared[threadIdx.x] = count_share(pairs, i);
    scan_block(shared);
    std::int64_t place = offsets[i] - begin + shared[threadIdx.x];
    share_of_row(pairs, i, [&](std::int64_t j, double value) {
      if (place >= 0 && place < capacity)
        out[place] = {static_cast<std::int32_t>(i), static_cast<std::int32_t>(j),
                      value * pairs.importance[i] * pair_weight(pairs.weights, i, j) * pairs.importance[j]};
      ++place;
    });
    __syncthreads();
  }
}

template <class Stored>
__global__ void __launch_bounds__(kThreads)
    write_kernel(PairView<Stored> pairs, const Multiplier* from, std::int64_t count) {
  const std::int64_t k = thread_index();
  if (k >= count) return;
  const std::int64_t i = from[k].i > from[k].j ? from[k].i : from[k].j;
  const std::int64_t j = from[k].i > from[k].j ? from[k].j : from[k].i;
  const double weight = pairs.importance[i] * pair_weight(pairs.weights, i, j) * pairs.importance[j];
  const std::int64_t place = row_offset(i) + j;
  pairs.multipliers[place] = pairs.previous[place] = static_cast<Stored>(from[k].value / weight);
}

Grid row_blocks(std::int64_t rows) {
  return {dim3(static_cast<unsigned>(std::min(rows, kMaxRowBlocks))), kRowThreads, kRowThreads * sizeof(std::int64_t)};
}

}  // namespace

template <class Stored>
void clear_multipliers(cudaStream_t stream, const PairView<Stored>& pairs) {
  const auto bytes = static_cast<std::size_t>(triangle_size(pairs.rows)) * sizeof(Stored);
  check(cudaMemsetAsync(pairs.multipliers, 0, bytes, stream), "cudaMemsetAsync");
  check(cudaMemsetAsync(pairs.previous, 0, bytes, stream), "cudaMemsetAsync");
  launch(stream, covering(pairs.weights.m), tie_kernel<Stored>, pairs);
}

template <class Stored>
void extrapolate(cudaStream_t stream, const PairView<Stored>& pairs, const State* state) {
  const std::int64_t size = triangle_size(pairs.rows);
  launch(stream, covering(std::min<std::int64_t>(size, kMaxRowBlocks * kThreads)), extrapolate_kernel<Stored>, pairs,
         size, state);
}

template <class Stored>
void reweigh(cudaStream_t stream, const PairView<Stored>& pairs, double* importance, double* next, const double* tau,
             State* state) {
  Grid rescale = covering(pairs.rows);
  rescale.blocks.y = static_cast<unsigned>(std::min<std::int64_t>(pairs.rows, 1024));
  launch(stream, {dim3(1), kThreads, (2 * kThreads + 2) * sizeof(double)}, importance_kernel, tau, pairs.weights.m,
         pairs.rows, next, state);
  launch(stream, rescale, rescale_kernel<Stored>, pairs, next, state);
  launch(stream, covering(pairs.rows), take_importance_kernel, importance, next, pairs.rows, state);
}

template <class Stored>
void count_multipliers(cudaStream_t stream, const PairView<Stored>& pairs, std::int64_t* offsets) {
  launch(stream, row_blocks(pairs.rows), count_kernel<Stored>, pairs, offsets);
  launch(stream, {dim3(1), kThreads, kThreads * sizeof(std::int64_t)}, scan_kernel, offsets, pairs.rows);
}

template <class Stored>
void list_multipliers(cudaStream_t stream, const PairView<Stored>& pairs, const std::int64_t* offsets,
                      std::int64_t begin, std::int64_t capacity, Multiplier* out) {
  launch(stream, row_blocks(pairs.rows), list_kernel<Stored>, pairs, offsets, begin, capacity, out);
}

template <class Stored>
void write_multipliers(cudaStream_t stream, const PairView<Stored>& pairs, const Multiplier* from, std::int64_t count) {
  launch(stream, covering(count), write_kernel<Stored>, pairs, from, count);
}

template void clear_multipliers(cudaStream_t, const PairView<double>&);
template void clear_multipliers(cudaStream_t, const PairView<float>&);
template void extrapolate(cudaStream_t, const PairView<double>&, const State*);
template void extrapolate(cudaStream_t, const PairView<float>&, const State*);
template void reweigh(cudaStream_t, const PairView<double>&, double*, double*, const double*, State*);
template void reweigh(cudaStream_t, const PairView<float>&, double*, double*, const double*, State*);
template void count_multipliers(cudaStream_t, const PairView<double>&, std::int64_t*);
template void count_multipliers(cudaStream_t, const PairView<float>&, std::int64_t*);
template void list_multipliers(cudaStream_t, const PairView<double>&, const std::int64_t*, std::int64_t, std::int64_t,
                               Multiplier*);
template void list_multipliers(cudaStream_t, const PairView<float>&, const std::int64_t*, std::int64_t, std::int64_t,
                               Multiplier*);
template void write_multipliers(cudaStream_t, const PairView<double>&, const Multiplier*, std::int64_t);
template void write_multipliers(cudaStream_t, const PairView<float>&, const Multiplier*, std::int64_t);

}  // namespace burelu::cuda
