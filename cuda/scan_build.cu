// The second half of the scan: entries are counted into rows, put there in any order, and ordered within their rows.
#include <algorithm>

#include "device.hpp"
#include "launch.hpp"
#include "scan.hpp"
#include "seam/rules.hpp"
#include "weights.hpp"

namespace burelu::cuda {
namespace {

// Second launch bounds below: without them the compiler aims at fewer registers than it needs, and spills.
constexpr int kWarp = 32;
constexpr std::int64_t kWarps = kThreads / kWarp;
constexpr std::int64_t kMostBlocks = 4096;

// work(row, lane) by the warps of all blocks.
template <class Work>
__device__ void each_row(std::int64_t rows, const Work& work) {
  for (std::int64_t p = blockIdx.x * kWarps + threadIdx.x / kWarp; p < rows; p += gridDim.x * kWarps)
    work(p, static_cast<int>(threadIdx.x) % kWarp);
}

__device__ std::int64_t fresh_pairs(const ListState& list) {
  const auto fresh = static_cast<std::int64_t>(list.fresh);
  return fresh < list.room() ? fresh : list.room();
}

// Entries of the new list, in each row.
__global__ void __launch_bounds__(kThreads, 4)
    count_entries_kernel(ListState* list, std::int64_t rows, Counter* counts, RowShare share) {
  const PairArrays now = list->now;
  each_row(rows, [&](std::int64_t p, int lane) {
    Counter count = 0;
    for (std::int64_t e = now.offset[p] + lane; e < now.offset[p + 1]; e += kWarp) count += now.carried(e) ? 1 : 0;
    if (count > 0) atomicAdd(counts + p, count);
  });
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t k = thread_index(); k < 2 * fresh_pairs(*list); k += step)
    if (share.has(list->draft.found[k])) atomicAdd(counts + list->draft.found[k], Counter{1});
}

__global__ void __launch_bounds__(kThreads)
    take_offsets_kernel(ListState* list, std::int64_t rows, const Counter* counts) {
  for (std::int64_t p = thread_index(); p <= rows; p += std::int64_t{gridDim.x} * blockDim.x)
    list->next.offset[p] = static_cast<std::int64_t>(counts[p]);
}

// `counts`: where the next entry of each row goes.
__global__ void __launch_bounds__(kThreads)
    put_entries_kernel(ListState* list, std::int64_t rows, Counter* counts, RowShare share) {
  const PairArrays now = list->now;
  const PairDraft draft = list->draft;
  each_row(rows, [&](std::int64_t p, int lane) {
    for (std::int64_t e = now.offset[p] + lane; e < now.offset[p + 1]; e += kWarp) {
      if (!now.carried(e)) continue;
      const Counter place = atomicAdd(counts + p, Counter{1});
      draft.column[place] = now.column[e];
      draft.source[place] = static_cast<std::int32_t>(e);
    }
  });
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t k = thread_index(); k < 2 * fresh_pairs(*list); k += step) {
    if (!share.has(draft.found[k])) continue;
    const Counter place = atomicAdd(counts + draft.found[k], Counter{1});
    draft.column[place] = draft.found[k ^ 1];
    draft.source[place] = -1;
  }
}

// Of a pair that comes onto the list. One that was drawn stands for others.
__device__ float weight_of(const ScanView& view, const PairChoice& choice, std::int64_t p, std::int64_t q) {
  const float weight = pair_weight(view.pairs.weights, p, q);
  return choice.certain > 0.0 ? static_cast<float>(weight / chance_of(choice, cosine_of(view, p, q))) : weight;
}

// An entry's place is the number of smaller columns in its row: length^2 comparisons, which the first cache serves.
__global__ void __launch_bounds__(kThreads, 2) order_entries_kernel(ListState* list, std::int64_t rows, ScanView view) {
  const PairArrays now = list->now;
  const PairArrays next = list->next;
  const PairDraft draft = list->draft;
  const PairChoice choice = list->choice;
  each_row(rows, [&](std::int64_t p, int lane) {
    const std::int64_t begin = next.offset[p];
    const std::int64_t end = next.offset[p + 1];
    for (std::int64_t e = begin + lane; e < end; e += kWarp) {
      const std::int32_t column = draft.column[e];
      const std::int32_t source = draft.source[e];
      std::int64_t place = begin;
      for (std::int64_t k = begin; k < end; ++k) place += draft.column[k] < column ? 1 : 0;
      next.column[place] = column;
      next.weight[place] = source < 0 ? weight_of(view, choice, p, column) : now.weight[source];
      next.multiplier[place] = source < 0 ? 0.0 : now.multiplier[source];
      next.previous[place] = source < 0 ? 0.0 : now.previous[source];
    }
  });
}

__global__ void close_scan_kernel(ListState* list, State* state, std::int64_t rows, std::int64_t listed) {
  const PairArrays made = list->next;
  list->next = list->now;
  list->now = made;
  rules::take_scan(state->control, listed < 0 ? made.offset[rows] / 2 : listed, list->wanted,
                   list->choice.certain > 0.0);
}

}  // namespace

void build_list(cudaStream_t stream, const ScanView& view, std::int64_t listed) {
  ListState* list = view.pairs.list;
  const std::int64_t rows = view.pairs.weights.rows();
  const Grid grid = covering(std::min(rows * kWarp, kMostBlocks * kThreads));
  check(cudaMemsetAsync(view.counts, 0, static_cast<std::size_t>(rows + 1) * sizeof(Counter), stream),
        "cudaMemsetAsync");
  launch(stream, grid, count_entries_kernel, list, rows, view.counts, view.share);
  sum_counts(stream, view.counts, rows);
  launch(stream, grid, take_offsets_kernel, list, rows, view.counts);
  launch(stream, grid, put_entries_kernel, list, rows, view.counts, view.share);
  launch(stream, grid, order_entries_kernel, list, rows, view);
  launch(stream, {dim3(1), 1}, close_scan_kernel, list, view.pairs.state, rows, listed);
}

}  // namespace burelu::cuda
