// Kernels over the list, outside the window. A thread a row where the order within it matters: rows are short.
#include "multipliers.hpp"

#include <algorithm>

#include "device.hpp"
#include "launch.hpp"
#include "seam/entry.hpp"
#include "seam/rules.hpp"
#include "weights.hpp"

namespace burelu::cuda {
namespace {

constexpr std::int64_t kMostBlocks = 4096;
constexpr std::int64_t kLikelyEntries = 16;  // of a row, a thread each

__global__ void __launch_bounds__(kThreads) extrapolate_kernel(PairView pairs, std::int64_t rows) {
  const PairArrays list = pairs.list->now;
  const double beta = pairs.state->control.dual.beta;
  const std::int64_t entries = list.offset[rows];
  for (std::int64_t e = thread_index(); e < entries; e += std::int64_t{gridDim.x} * blockDim.x) {
    const double now = list.multiplier[e];
    list.multiplier[e] = entry::extrapolated(now, list.previous[e], beta);
    list.previous[e] = now;
  }
}

// One block: the new importance, and whether there is one. 3 sweeps over m.
__global__ void __launch_bounds__(kThreads)
    importance_kernel(const double* tau, std::int64_t m, double* next, State* state) {
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
}

// What the stored weight is multiplied by, T' is divided by.
__global__ void __launch_bounds__(kThreads) rescale_kernel(PairView pairs, const double* next) {
  const double* importance = pairs.weights.importance;
  const PairArrays list = pairs.list->now;
  const std::int64_t p = thread_index();
  if (!pairs.state->reweighing || p >= 2 * pairs.weights.m) return;
  for (std::int64_t e = list.offset[p]; e < list.offset[p + 1]; ++e) {
    const std::int64_t q = list.column[e];
    const float before = list.weight[e];
    const auto after = static_cast<float>(before * ((next[p] * next[q]) / (importance[p] * importance[q])));
    const double factor = static_cast<double>(before) / after;
    list.weight[e] = after;
    list.multiplier[e] *= factor;
    list.previous[e] *= factor;
  }
}

__global__ void __launch_bounds__(kThreads)
    take_importance_kernel(double* importance, const double* next, std::int64_t rows, const State* state) {
  const std::int64_t i = thread_index();
  if (state->reweighing && i < rows) importance[i] = next[i];
}

// An entry (i, j) as it goes to the host, and whether it does.
__device__ bool to_host(const PairArrays& list, std::int64_t i, std::int64_t e, Multiplier& out) {
  out = {static_cast<std::int32_t>(i), list.column[e], list.previous[e] * list.weight[e]};
  return list.previous[e] > 0.0;
}
__device__ bool to_host(const PairArrays& list, std::int64_t i, std::int64_t e, ListedPair& out) {
  const double w = list.weight[e];
  out = {static_cast<std::int32_t>(i), list.column[e], w * list.multiplier[e], w * list.previous[e]};
  return list.carried(e);
}

// Entries before the diagonal of row i, in their order.
template <class Out, class Work>
__device__ void lower_entries(const PairArrays& list, std::int64_t i, const Work& work) {
  for (std::int64_t e = list.offset[i]; e < list.offset[i + 1] && list.column[e] < i; ++e) {
    Out out;
    if (to_host(list, i, e, out)) work(out);
  }
}

template <class Out>
__global__ void __launch_bounds__(kThreads) count_listed_kernel(PairView pairs, Counter* counts) {
  const std::int64_t i = thread_index();
  if (i >= 2 * pairs.weights.m) return;
  Counter count = 0;
  lower_entries<Out>(pairs.list->now, i, [&count](const Out&) { ++count; });
  counts[i] = count;
}

template <class Out>
__global__ void __launch_bounds__(kThreads) write_listed_kernel(PairView pairs, const Counter* counts, Out* out) {
  const std::int64_t i = thread_index();
  if (i >= 2 * pairs.weights.m) return;
  Out* place = out + counts[i];
  lower_entries<Out>(pairs.list->now, i, [&place](const Out& one) { *place++ = one; });
}

__global__ void __launch_bounds__(kThreads, 2) weigh_kernel(PairView pairs) {
  const PairArrays list = pairs.list->now;
  const std::int64_t p = thread_index();
  if (p >= 2 * pairs.weights.m) return;
  for (std::int64_t e = list.offset[p]; e < list.offset[p + 1]; ++e) {
    const float weight = pair_weight(pairs.weights, p, list.column[e]);
    list.weight[e] = weight;
    list.multiplier[e] /= weight;
    list.previous[e] /= weight;
  }
}

template <class Out>
void list_pairs(cudaStream_t stream, const PairView& pairs, Counter* counts, Out* out) {
  const std::int64_t rows = pairs.weights.rows();
  launch(stream, covering(rows), count_listed_kernel<Out>, pairs, counts);
  sum_counts(stream, counts, rows);
  launch(stream, covering(rows), write_listed_kernel<Out>, pairs, counts, out);
}

}  // namespace

void extrapolate(cudaStream_t stream, const PairView& pairs) {
  const std::int64_t rows = pairs.weights.rows();
  launch(stream, covering(std::min(rows * kLikelyEntries, kMostBlocks * kThreads)), extrapolate_kernel, pairs, rows);
}

void reweigh(cudaStream_t stream, const PairView& pairs, double* importance, double* next, const double* tau) {
  const std::int64_t rows = pairs.weights.rows();
  launch(stream, {dim3(1), kThreads, (2 * kThreads + 2) * sizeof(double)}, importance_kernel, tau, pairs.weights.m,
         next, pairs.state);
  launch(stream, covering(rows), rescale_kernel, pairs, next);
  launch(stream, covering(rows), take_importance_kernel, importance, next, rows, pairs.state);
}

void list_multipliers(cudaStream_t stream, const PairView& pairs, Counter* counts, Multiplier* out) {
  list_pairs(stream, pairs, counts, out);
}

void list_carried(cudaStream_t stream, const PairView& pairs, Counter* counts, ListedPair* out) {
  list_pairs(stream, pairs, counts, out);
}

void weigh_list(cudaStream_t stream, const PairView& pairs) {
  launch(stream, covering(pairs.weights.rows()), weigh_kernel, pairs);
}

}  // namespace burelu::cuda
