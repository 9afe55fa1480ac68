// The first half of the scan: the comparison of all pairs in tiles.
#include "scan.hpp"

#include <algorithm>

#include "device.hpp"
#include "launch.hpp"
#include "seam/rules.hpp"

namespace burelu::cuda {
namespace {

constexpr int kTile = kTileRows;                 // edge
constexpr int kSide = 16;                        // threads along an edge: kThreads = kSide^2
constexpr int kPer = kTile / kSide;              // products of a thread along an edge, 64 in all
constexpr int kDepth = 16;                       // columns of F in shared memory at a time
constexpr int kPitch = kTile + 1;                // avoids bank conflicts
constexpr std::int64_t kMostTileBlocks = 65536;  // which take one pair of tiles after the other
constexpr std::int64_t kCarryBlocks = 4096;      // of the kernel that counts what stays
constexpr double kFloatRoom = 1.2e-7;            // rounding of a product of floats, per term
static_assert(kSide * kSide == static_cast<int>(kThreads) && kPer * kPer == 64);

struct TileShared {
  float left[kDepth * kPitch], right[kDepth * kPitch];
  Counter bins[kCosineBins];
  Counter count, place;
};

__global__ void open_scan_kernel(ListState* list, const State* state) {
  list->carried = list->fresh = 0;
  list->choice = {};
  list->choice.margin = state->control.settings.margin;
  list->most = rules::list_room(state->control);
  list->cutting = 0;
  for (Counter& bin : list->bins) bin = 0;
}

// Rows of norm one; NaN, which is near nothing, where there is no row. A thread a row.
__global__ void __launch_bounds__(kThreads) unit_kernel(ScanView view, std::int64_t rows) {
  const std::int64_t p = thread_index();
  if (p >= rows) return;
  const double* f = view.factor + p * view.rank;
  double square = 0.0;
  for (std::int64_t l = 0; l < view.rank; ++l) square += f[l] * f[l];
  const double norm = sqrt(square);
  view.norm[p] = norm;
  for (std::int64_t l = 0; l < view.rank; ++l)
    view.unit[p * view.rank + l] = norm > 0.0 ? static_cast<float>(f[l] / norm) : nanf("");
}

// Entries that stay whatever their product is.
__global__ void __launch_bounds__(kThreads) count_carried_kernel(ListState* list, std::int64_t rows) {
  const PairArrays now = list->now;
  double count = 0.0;
  for (std::int64_t e = thread_index(); e < now.offset[rows]; e += std::int64_t{gridDim.x} * blockDim.x)
    count += now.carried(e) ? 1.0 : 0.0;
  count = block_sum(count, shared_memory<double>());
  if (threadIdx.x == 0 && count > 0.0) atomicAdd(&list->carried, static_cast<Counter>(count));
}

// Columns `depth` .. of the rows of a tile.
__device__ void load_tile(const ScanView& view, std::int64_t first, std::int64_t depth, float* to) {
  const std::int64_t rows = 2 * view.pairs.weights.m;
  for (int k = static_cast<int>(threadIdx.x); k < kTile * kDepth; k += static_cast<int>(kThreads)) {
    const std::int64_t p = first + k / kDepth;
    const std::int64_t l = depth + k % kDepth;
    float value = nanf("");
    if (p < rows) value = l < view.rank ? view.unit[p * view.rank + l] : 0.0F;
    to[k % kDepth * kPitch + k / kDepth] = value;
  }
}

// Bit kPer i + j: the product of rows `row` + ty + kSide i and `column` + tx + kSide j is less than `below`.
__device__ Counter near_pairs(const ScanView& view, TileShared& shared, std::int64_t row, std::int64_t column,
                              float below) {
  const int tx = static_cast<int>(threadIdx.x) % kSide;
  const int ty = static_cast<int>(threadIdx.x) / kSide;
  float products[kPer][kPer] = {};
  for (std::int64_t depth = 0; depth < view.rank; depth += kDepth) {
    load_tile(view, row, depth, shared.left);
    load_tile(view, column, depth, shared.right);
    __syncthreads();
#pragma unroll 4
    for (int k = 0; k < kDepth; ++k) {
      float right[kPer];
#pragma unroll
      for (int j = 0; j < kPer; ++j) right[j] = shared.right[k * kPitch + tx + kSide * j];
#pragma unroll
      for (int i = 0; i < kPer; ++i) {
        const float left = shared.left[k * kPitch + ty + kSide * i];
#pragma unroll
        for (int j = 0; j < kPer; ++j) products[i][j] += left * right[j];
      }
    }
    __syncthreads();
  }
  Counter near = 0;
#pragma unroll
  for (int i = 0; i < kPer; ++i)
#pragma unroll
    for (int j = 0; j < kPer; ++j) near |= (products[i][j] < below ? Counter{1} : Counter{0}) << (kPer * i + j);
  return near;
}

// Whether the list has (p, q), with a multiplier.
__device__ bool carries(const PairArrays& list, std::int64_t p, std::int64_t q) {
  const std::int64_t e = list.find(p, q);
  return e >= 0 && list.carried(e);
}

// The bin of a pair that comes onto the list, or -1.
__device__ int bin_of(const ScanView& view, const PairChoice& choice, std::int64_t scan, std::int64_t p,
                      std::int64_t q) {
  const std::int64_t m = view.pairs.weights.m;
  if (p >= q || q == p + m || q >= 2 * m) return -1;
  const double cosine = cosine_of(view, p, q);
  if (!(cosine < choice.margin) || carries(view.pairs.list->now, p, q)) return -1;
  return taken(choice, cosine, p, q, scan) ? cosine_bin(cosine, choice.margin) : -1;
}

struct TilePair {
  std::int64_t row, column;
};

// Number t of the pairs of tiles, column >= row, column by column.
__device__ TilePair tile_pair(std::int64_t t) {
  auto column = static_cast<std::int64_t>((sqrt(8.0 * static_cast<double>(t) + 1.0) - 1.0) / 2.0);
  while (column * (column + 1) / 2 > t) --column;
  while ((column + 1) * (column + 2) / 2 <= t) ++column;
  return {(t - column * (column + 1) / 2) * kTile, column * kTile};
}

// Number t of the pairs of a row tile of this rank and any other; false where it is none.
__device__ bool shared_tile_pair(const RowShare& share, std::int64_t t, std::int64_t tiles, TilePair& out) {
  const std::int64_t row = share.tile(t / tiles);
  const std::int64_t column = t % tiles;
  out = {row * kTile, column * kTile};
  return column >= row;
}

// The pairs of a thread that belong on the list. Where the list is cut, those of bins that fit.
__device__ Counter fresh_pairs(const ScanView& view, TileShared& shared, const TilePair& tiles, Counter near,
                               std::int64_t scan) {
  const PairChoice choice = view.pairs.list->choice;
  const std::int64_t row = tiles.row + threadIdx.x / kSide;
  const std::int64_t column = tiles.column + threadIdx.x % kSide;
  Counter fresh = 0;
  Counter count = 0;
  for (; near != 0; near &= near - 1) {
    const int bit = __ffsll(static_cast<long long>(near)) - 1;
    const int bin = bin_of(view, choice, scan, row + kSide * (bit / kPer), column + kSide * (bit % kPer));
    if (bin < 0) continue;
    atomicAdd(&shared.bins[bin], Counter{1});
    fresh |= Counter{1} << bit;
    ++count;
  }
  if (count > 0) atomicAdd(&shared.count, count);
  return fresh;
}

// As many as there is room for; the block asks once.
__device__ void put_pairs(const ScanView& view, TileShared& shared, const TilePair& tiles, Counter fresh) {
  ListState& list = *view.pairs.list;
  if (threadIdx.x == 0) shared.place = atomicAdd(&list.fresh, shared.count);
  __syncthreads();
  if (list.cutting == 0 && threadIdx.x < kCosineBins && shared.bins[threadIdx.x] > 0)
    atomicAdd(&list.bins[threadIdx.x], shared.bins[threadIdx.x]);
  const std::int64_t room = list.room();
  for (; fresh != 0; fresh &= fresh - 1) {
    const int bit = __ffsll(static_cast<long long>(fresh)) - 1;
    const auto place = static_cast<std::int64_t>(atomicAdd(&shared.place, Counter{1}));
    if (place >= room) continue;
    list.draft.found[2 * place] = static_cast<std::int32_t>(tiles.row + threadIdx.x / kSide + kSide * (bit / kPer));
    list.draft.found[2 * place + 1] =
        static_cast<std::int32_t>(tiles.column + threadIdx.x % kSide + kSide * (bit % kPer));
  }
}

__global__ void __launch_bounds__(kThreads) tiles_kernel(ScanView view, std::int64_t tile_pairs, bool again) {
  if (again && view.pairs.list->cutting == 0) return;
  TileShared& shared = *shared_memory<TileShared>();
  const double margin = view.pairs.state->control.settings.margin;
  const std::int64_t scan = view.pairs.state->control.lists.scans;
  const auto below = static_cast<float>(margin + kFloatRoom * static_cast<double>(view.rank + 8));
  const std::int64_t edge = (2 * view.pairs.weights.m + kTile - 1) / kTile;
  for (std::int64_t t = blockIdx.x; t < tile_pairs; t += gridDim.x) {
    TilePair tiles;
    if (view.share.whole())
      tiles = tile_pair(t);
    else if (!shared_tile_pair(view.share, t, edge, tiles))
      continue;
    if (threadIdx.x < kCosineBins) shared.bins[threadIdx.x] = 0;
    if (threadIdx.x == 0) shared.count = 0;
    const Counter near = near_pairs(view, shared, tiles.row, tiles.column, below);
    const Counter fresh = fresh_pairs(view, shared, tiles, near, scan);
    __syncthreads();
    if (shared.count > 0) put_pairs(view, shared, tiles, fresh);
    __syncthreads();
  }
}

__global__ void judge_room_kernel(ListState* list) { list->judge_room(); }

constexpr Grid kOneThread{dim3(1), 1};

}  // namespace

void open_scan(cudaStream_t stream, const ScanView& view) {
  ListState* list = view.pairs.list;
  const std::int64_t rows = view.pairs.weights.rows();
  launch(stream, kOneThread, open_scan_kernel, list, view.pairs.state);
  launch(stream, covering(rows), unit_kernel, view, rows);
  launch(stream, covering(std::min(rows * kSide, kCarryBlocks * kThreads), kThreads * sizeof(double)),
         count_carried_kernel, list, rows);
}

void find_pairs(cudaStream_t stream, const ScanView& view, bool again) {
  const std::int64_t rows = view.pairs.weights.rows();
  const std::int64_t tiles = (rows + kTile - 1) / kTile;
  const std::int64_t tile_pairs =
      view.share.whole() ? tiles * (tiles + 1) / 2 : tiles * view.share.tiles(view.share.rank, rows);
  const Grid grid{dim3(static_cast<unsigned>(std::min(tile_pairs, kMostTileBlocks))), kThreads, sizeof(TileShared)};
  launch(stream, grid, tiles_kernel, view, tile_pairs, again);
}

void scan(cudaStream_t stream, const ScanView& view) {
  open_scan(stream, view);
  find_pairs(stream, view, false);
  launch(stream, kOneThread, judge_room_kernel, view.pairs.list);
  find_pairs(stream, view, true);
  build_list(stream, view);
}

}  // namespace burelu::cuda
