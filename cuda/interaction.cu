// The interaction pass: kLanes threads of a warp share an entry, so that they read neighbours of a row of F. Both
// entries of a pair sum their product in the same order: T stays symmetric bit for bit.
#include "interaction.hpp"

#include <algorithm>

#include "device.hpp"
#include "launch.hpp"
#include "seam/entry.hpp"
#include "seam/rules.hpp"

namespace burelu::cuda {
namespace {

constexpr int kWarp = 32;
constexpr int kWarps = static_cast<int>(kThreads) / kWarp;
static_assert(kWarps == kBlockRows);

template <int kLanes>
__device__ __forceinline__ double lanes_sum(double value) {
  for (int lanes = kLanes / 2; lanes > 0; lanes /= 2) value += __shfl_xor_sync(0xffffffffU, value, lanes);
  return value;
}

// One lane's share of a row of F, of the other row of an entry, and of the sum back. Up to 8 kChunk columns.
template <int kChunk>
struct RowShare {
  static constexpr int kLanes = 8;
  double row[kChunk], other[kChunk], sum[kChunk];
  int rank, lane;

  __device__ RowShare(const double* from, double*, std::int64_t r)
      : rank(static_cast<int>(r)), lane(static_cast<int>(threadIdx.x) % kLanes) {
#pragma unroll
    for (int b = 0; b < kChunk; ++b) {
      row[b] = lane + b * kLanes < rank ? from[lane + b * kLanes] : 0.0;
      sum[b] = 0.0;
    }
  }
  __device__ double product(const double* q) {
    double s = 0.0;
#pragma unroll
    for (int b = 0; b < kChunk; ++b) {
      other[b] = lane + b * kLanes < rank ? q[lane + b * kLanes] : 0.0;
      s += row[b] * other[b];
    }
    return lanes_sum<kLanes>(s);
  }
  __device__ void add(double g) {
#pragma unroll
    for (int b = 0; b < kChunk; ++b) sum[b] += g * other[b];
  }
  // The sums of the groups of a warp, in a fixed order.
  __device__ void store(double* out) {
#pragma unroll
    for (int b = 0; b < kChunk; ++b) {
      for (int lanes = kLanes; lanes < kWarp; lanes *= 2) sum[b] += __shfl_xor_sync(0xffffffffU, sum[b], lanes);
      if (static_cast<int>(threadIdx.x) % kWarp < kLanes && lane + b * kLanes < rank) out[lane + b * kLanes] = sum[b];
    }
  }
};

// Any number of columns: the whole warp works on one entry, the sum is in memory.
template <>
struct RowShare<0> {
  static constexpr int kLanes = kWarp;
  const double* row;
  const double* other = nullptr;
  double* out;
  int rank, lane;

  __device__ RowShare(const double* from, double* to, std::int64_t r)
      : row(from), out(to), rank(static_cast<int>(r)), lane(static_cast<int>(threadIdx.x) % kLanes) {
    for (int l = lane; l < rank; l += kLanes) out[l] = 0.0;
  }
  __device__ double product(const double* q) {
    other = q;
    double s = 0.0;
    for (int l = lane; l < rank; l += kLanes) s += row[l] * q[l];
    return lanes_sum<kLanes>(s);
  }
  __device__ void add(double g) {
    for (int l = lane; l < rank; l += kLanes) out[l] += g * other[l];
  }
  __device__ void store(double*) {}
};

// The entries of row p; what they add to `sums` is the first lane's of each group.
template <int kChunk, bool kUpdate>
__device__ __forceinline__ void pass_row(const PassView& pass, const PairArrays& list, double sigma, std::int64_t p,
                                         entry::UpdateSums& sums) {
  constexpr int kGroups = kWarp / RowShare<kChunk>::kLanes;
  const int group = static_cast<int>(threadIdx.x) % kWarp / RowShare<kChunk>::kLanes;
  RowShare<kChunk> share(pass.factor + p * pass.rank, pass.gradient + p * pass.rank, pass.rank);
  const std::int64_t end = list.offset[p + 1];
  for (std::int64_t first = list.offset[p]; first < end; first += kGroups) {
    const std::int64_t e = first + group;
    const bool inside = e < end;
    // Before the exchange within the warp: behind it the first lane writes T'.
    const double multiplier = inside ? list.multiplier[e] : 0.0;
    const double before = kUpdate && inside ? list.previous[e] : 0.0;
    const double s = share.product(pass.factor + (inside ? list.column[e] : p) * pass.rank);
    if (!inside) continue;
    double h = multiplier - sigma * s;
    if constexpr (kUpdate) {
      h = entry::update(multiplier, before, s, list.weight[e], sigma, 1.0, sums);
      if (share.lane == 0) list.multiplier[e] = h;
    }
    if (h <= 0.0) continue;  // NaN is not: the line search must see it
    const double g = list.weight[e] * h;
    if constexpr (!kUpdate) sums.penalty += g * h;
    share.add(g);
  }
  share.store(pass.gradient + p * pass.rank);
}

// Without the second bound the compiler takes 64 registers for the target, and spills.
template <int kChunk, bool kUpdate>
__global__ void __launch_bounds__(kThreads, 2) pass_kernel(PassView pass) {
  if (!pass.share.has_block(static_cast<int>(blockIdx.x))) return;
  const PairArrays list = pass.pairs.list->now;
  const double sigma = pass.pairs.state->control.dual.sigma;
  const std::int64_t rows = 2 * pass.pairs.weights.m;
  entry::UpdateSums sums;
  for (std::int64_t p = blockIdx.x * std::int64_t{kWarps} + threadIdx.x / kWarp; p < rows;
       p += std::int64_t{gridDim.x} * kWarps)
    pass_row<kChunk, kUpdate>(pass, list, sigma, p, sums);
  if (threadIdx.x % RowShare<kChunk>::kLanes != 0) sums = {};
  double* scratch = shared_memory<double>();
  double* out = pass.partial + blockIdx.x;
  const double penalty = block_sum(sums.penalty, scratch);
  if (threadIdx.x == 0) out[0] = penalty;
  if constexpr (kUpdate) {
    const double change = block_sum(sums.change, scratch + kThreads);
    const double restart = block_sum(sums.restart, scratch + 2 * kThreads);
    const double shortfall = block_sum(sums.shortfall, scratch + 3 * kThreads);
    const double lowest = block_reduce(sums.lowest, scratch + 4 * kThreads, Max{});
    if (threadIdx.x != 0) return;
    out[kPassBlocks] = change;
    out[2 * kPassBlocks] = restart;
    out[3 * kPassBlocks] = shortfall;
    out[4 * kPassBlocks] = lowest;
  }
}

// A thread a pair: w S^2, and the largest of the diagonal.
__global__ void __launch_bounds__(kThreads)
    sample_kernel(PassView pass, const SampledPair* sample, std::int64_t count) {
  const double* importance = pass.pairs.weights.importance;
  double mass = 0.0;
  double largest = 0.0;
  for (std::int64_t k = thread_index(); k < count; k += std::int64_t{gridDim.x} * blockDim.x) {
    const SampledPair pair = sample[k];
    const double* f = pass.factor + pair.i * pass.rank;
    const double* q = pass.factor + pair.j * pass.rank;
    double s = 0.0;
    for (std::int64_t l = 0; l < pass.rank; ++l) s += f[l] * q[l];
    mass += pair.weight * (importance[pair.i] * importance[pair.j]) * s * s;
    if (pair.i == pair.j && s > largest) largest = s;
  }
  mass = block_sum(mass, shared_memory<double>());
  largest = block_reduce(largest, shared_memory<double>() + kThreads, Max{});
  if (threadIdx.x != 0) return;
  pass.partial[5 * kPassBlocks + blockIdx.x] = mass;
  pass.partial[6 * kPassBlocks + blockIdx.x] = largest;
}

// One block combines what the blocks left, in a fixed order.
template <class Operation>
__device__ double combine_partial(const PassView& pass, int kind, int blocks, Operation combine) {
  double value = 0.0;
  for (int b = static_cast<int>(threadIdx.x); b < blocks; b += static_cast<int>(kThreads))
    value = combine(value, pass.partial[kind * kPassBlocks + b]);
  return block_reduce(value, shared_memory<double>() + kind * kThreads, combine);
}

__global__ void __launch_bounds__(kThreads) finish_pass_kernel(PassView pass, int blocks) {
  const double total = combine_partial(pass, 0, blocks, Add{});
  Control& control = pass.pairs.state->control;
  if (threadIdx.x == 0 && !control.search.halted) rules::take_penalty(control, total);
}

__global__ void __launch_bounds__(kThreads) finish_update_kernel(PassView pass, int blocks, int of_sample) {
  entry::UpdateSums sums;
  sums.penalty = combine_partial(pass, 0, blocks, Add{});
  sums.change = combine_partial(pass, 1, blocks, Add{});
  sums.restart = combine_partial(pass, 2, blocks, Add{});
  sums.shortfall = combine_partial(pass, 3, blocks, Add{});
  sums.lowest = combine_partial(pass, 4, blocks, Max{});
  sums.mass = combine_partial(pass, 5, of_sample, Add{});
  sums.largest = combine_partial(pass, 6, of_sample, Max{});
  if (threadIdx.x == 0) rules::take_update(pass.pairs.state->control, sums);
}

int sample_blocks(std::int64_t sampled) {
  return static_cast<int>(std::min<std::int64_t>((sampled + kThreads - 1) / kThreads, kPassBlocks));
}

Grid grid_of(int blocks, int sums) {
  return {dim3(static_cast<unsigned>(blocks)), kThreads, static_cast<std::size_t>(sums) * kThreads * sizeof(double)};
}

template <bool kUpdate>
void run_pass(cudaStream_t stream, const PassView& pass) {
  const Grid grid = grid_of(pass_blocks(pass.pairs.weights.rows()), kUpdate ? kRowSums : 1);
  switch ((pass.rank + 7) / 8) {
    case 1:
      return launch(stream, grid, pass_kernel<1, kUpdate>, pass);
    case 2:
      return launch(stream, grid, pass_kernel<2, kUpdate>, pass);
    case 3:
      return launch(stream, grid, pass_kernel<3, kUpdate>, pass);
    case 4:
      return launch(stream, grid, pass_kernel<4, kUpdate>, pass);
    case 5:
      return launch(stream, grid, pass_kernel<5, kUpdate>, pass);
    case 6:
      return launch(stream, grid, pass_kernel<6, kUpdate>, pass);
    default:
      return launch(stream, grid, pass_kernel<0, kUpdate>, pass);
  }
}

}  // namespace

void pass_rows(cudaStream_t stream, const PassView& pass) { run_pass<false>(stream, pass); }

void finish_pass(cudaStream_t stream, const PassView& pass) {
  launch(stream, grid_of(1, 1), finish_pass_kernel, pass, pass_blocks(pass.pairs.weights.rows()));
}

void update_rows(cudaStream_t stream, const PassView& pass) { run_pass<true>(stream, pass); }

void finish_update(cudaStream_t stream, const PassView& pass, const SampledPair* sample, std::int64_t sampled) {
  const int blocks = sample_blocks(sampled);
  launch(stream, grid_of(blocks, 2), sample_kernel, pass, sample, sampled);
  launch(stream, grid_of(1, kUpdateSums), finish_update_kernel, pass, pass_blocks(pass.pairs.weights.rows()), blocks);
}

}  // namespace burelu::cuda
