// Kernels of the list as a whole: its block, a list that moves, sums over rows.
#include "pair_list.hpp"

#include <algorithm>

#include "device.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

constexpr std::int64_t kMoveBlocks = 4096;

__global__ void write_list_kernel(ListState* list, State* state, ListState value) {
  *list = value;
  state->control.lists.capacity = value.capacity;
}

// 28 bytes an entry, read and written.
__global__ void __launch_bounds__(kThreads) move_list_kernel(const ListState* list, PairArrays to, std::int64_t rows) {
  const PairArrays from = list->now;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t p = thread_index(); p <= rows; p += step) to.offset[p] = from.offset[p];
  for (std::int64_t e = thread_index(); e < from.offset[rows]; e += step) {
    to.column[e] = from.column[e];
    to.weight[e] = from.weight[e];
    to.multiplier[e] = from.multiplier[e];
    to.previous[e] = from.previous[e];
  }
}

// One block; thread t has a share of the rows.
__global__ void __launch_bounds__(kThreads) sum_counts_kernel(Counter* counts, std::int64_t rows) {
  auto* shared = shared_memory<Counter>();
  const std::int64_t share = (rows + kThreads - 1) / kThreads;
  const std::int64_t begin = share * threadIdx.x;
  const std::int64_t end = begin + share < rows ? begin + share : rows;
  Counter sum = 0;
  for (std::int64_t p = begin; p < end; ++p) sum += counts[p];
  shared[threadIdx.x] = sum;
  __syncthreads();
  Counter place = 0;
  for (unsigned t = 0; t < threadIdx.x; ++t) place += shared[t];
  for (std::int64_t p = begin; p < end; ++p) {
    const Counter count = counts[p];
    counts[p] = place;
    place += count;
  }
  if (threadIdx.x == kThreads - 1) counts[rows] = place;
}

}  // namespace

void write_list(cudaStream_t stream, ListState* list, State* state, const ListState& value) {
  launch(stream, {dim3(1), 1}, write_list_kernel, list, state, value);
}

void move_list(cudaStream_t stream, ListState* list, State* state, const ListState& value, std::int64_t rows) {
  launch(stream, covering(std::min(2 * value.capacity + rows + 1, kMoveBlocks * kThreads)), move_list_kernel, list,
         value.now, rows);
  write_list(stream, list, state, value);
}

void sum_counts(cudaStream_t stream, Counter* counts, std::int64_t rows) {
  launch(stream, {dim3(1), kThreads, kThreads * sizeof(Counter)}, sum_counts_kernel, counts, rows);
}

}  // namespace burelu::cuda
