// Cholesky of the normal equations by one block of threads, in blocks of kWide columns: the right-hand sides ride along
// as further rows of the matrix, so that the forward substitution is part of the factorisation.
//
// One kernel instead of cusolverDnDpotrf and potrs: r is a few dozen to a few hundred, and the result must not depend
// on what cuSOLVER does while a graph is recorded. A block of columns first takes what all columns before it owe it, in
// tiles of shared memory (r^3 / kWide doubles of traffic instead of r^3), then is factorised.
#include "normal_equations.hpp"

#include "device.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

constexpr std::size_t kShared = 48 * 1024;  // bytes that every device gives without asking
constexpr double kShift = 1e-13;            // of the trace
constexpr int kWide = 16;                   // columns of a block
constexpr int kEach = 2;                    // rows of a thread in an update
constexpr unsigned kMostThreads = 512;
constexpr int kTall = kEach * static_cast<int>(kMostThreads) / kWide;  // rows of an update, at most
constexpr int kWarp = 32;

// Padded against bank conflicts.
struct Tiles {
  double square[kWide][kWide + 1];  // rows of the block, or its square on the diagonal
  double tall[kTall][kWide + 1];
  double inverse[kWide];  // of the diagonal of L in the block; NaN where a pivot is not positive
};

// A thread and its place in a team of rows of kWide threads.
struct Team {
  int thread = static_cast<int>(threadIdx.x);
  int size = static_cast<int>(blockDim.x);
  int column = thread % kWide;
  int row = thread / kWide;
  int rows = size / kWide;
};

// The matrix [N + gamma I; B], rows of r, in shared memory or not; its lower triangle becomes L but for the diagonal.
struct Work {
  double* matrix;
  double* inverse;  // r: of the diagonal of L
  int r, height;
};

__device__ void load(const NormalView& view, const Work& work, double gamma, Team team) {
  for (int i = team.row; i < work.height; i += team.rows)
    for (int j = team.column; j < work.r; j += kWide)
      work.matrix[i * work.r + j] = view.normal[i * work.r + j] + (i == j ? gamma : 0.0);
  __syncthreads();
}

// Entries (i, begin + j) lose the sum over p < begin of L_ip L_{begin + j, p}, for all rows i >= begin.
__device__ void update(const Work& work, int begin, Tiles& tiles, Team team) {
  const int r = work.r;
  const int j = team.column;
  const int tall = kEach * team.rows;
  for (int top = begin; begin > 0 && top < work.height; top += tall) {
    double sums[kEach] = {};
    for (int first = 0; first < begin; first += kWide) {
      __syncthreads();
      for (int s = team.row; s < kWide; s += team.rows)
        tiles.square[s][j] = begin + s < work.height ? work.matrix[(begin + s) * r + first + j] : 0.0;
      for (int s = team.row; s < tall; s += team.rows)
        tiles.tall[s][j] = top + s < work.height ? work.matrix[(top + s) * r + first + j] : 0.0;
      __syncthreads();
#pragma unroll
      for (int p = 0; p < kWide; ++p)
#pragma unroll
        for (int q = 0; q < kEach; ++q) sums[q] += tiles.tall[team.row + q * team.rows][p] * tiles.square[j][p];
    }
#pragma unroll
    for (int q = 0; q < kEach; ++q) {
      const int i = top + team.row + q * team.rows;
      if (i < work.height && begin + j < r) work.matrix[i * r + begin + j] -= sums[q];
    }
  }
  __syncthreads();
}

// The square on the diagonal, of `width` rows, to tiles.square.
__device__ void load_square(const Work& work, int begin, int width, Tiles& tiles, Team team) {
  for (int s = team.row; s < kWide; s += team.rows) {
    const bool inside = s < width && team.column <= s;
    tiles.square[s][team.column] = inside ? work.matrix[(begin + s) * work.r + begin + team.column] : 0.0;
  }
  __syncthreads();
}

// L of tiles.square by a warp, a thread per row. The diagonal stays as it is: others read it in the same step.
__device__ void factorise_square(int width, Tiles& tiles, int row) {
  for (int k = 0; k < width; ++k) {
    const double pivot = tiles.square[k][k];
    const double scale = pivot > 0.0 ? 1.0 / sqrt(pivot) : NAN;
    if (row == k) tiles.inverse[k] = scale;
    if (row > k && row < width) tiles.square[row][k] *= scale;
    __syncwarp();
    for (int j = k + 1; j <= row && row < width; ++j) tiles.square[row][j] -= tiles.square[row][k] * tiles.square[j][k];
    __syncwarp();
  }
}

// Row i below the square: x L_square' = what stands there.
__device__ void substitute_row(double* row, int width, const Tiles& tiles) {
  double x[kWide];
#pragma unroll
  for (int j = 0; j < kWide; ++j) {
    if (j >= width) break;
    double value = row[j];
#pragma unroll
    for (int p = 0; p < j; ++p) value -= x[p] * tiles.square[j][p];
    x[j] = value * tiles.inverse[j];
    row[j] = x[j];
  }
}

__device__ void factorise(const Work& work, Tiles& tiles, Team team) {
  for (int begin = 0; begin < work.r; begin += kWide) {
    const int width = work.r - begin < kWide ? work.r - begin : kWide;
    update(work, begin, tiles, team);
    load_square(work, begin, width, tiles, team);
    if (team.thread < kWarp) factorise_square(width, tiles, team.thread);
    __syncthreads();
    for (int s = team.row; s < width; s += team.rows)
      if (team.column < s) work.matrix[(begin + s) * work.r + begin + team.column] = tiles.square[s][team.column];
    if (team.thread < width) work.inverse[begin + team.thread] = tiles.inverse[team.thread];
    for (int i = begin + width + team.thread; i < work.height; i += team.size)
      substitute_row(work.matrix + i * work.r + begin, width, tiles);
    __syncthreads();
  }
}

// Row `row` of V in one block: v L_square = what stands there.
__device__ void solve_row(const NormalView& view, const Work& work, int row, int begin, int width, const Tiles& tiles) {
  const double* from = work.matrix + (work.r + row) * work.r + begin;
  double x[kWide];
#pragma unroll
  for (int k = 0; k < kWide; ++k) x[k] = k < width ? from[k] : 0.0;
#pragma unroll
  for (int k = kWide - 1; k >= 0; --k) {
    if (k >= width) continue;
    x[k] *= tiles.inverse[k];
#pragma unroll
    for (int i = 0; i < k; ++i) x[i] -= tiles.square[k][i] * x[k];
  }
#pragma unroll
  for (int k = 0; k < kWide; ++k) {
    if (k >= width) break;
    view.output[row * work.r + begin + k] = x[k];
    if (view.signed_output != nullptr)
      view.signed_output[row * (work.r + static_cast<int>(view.outputs)) + begin + k] = x[k];
  }
}

// Columns before the block lose what the block's unknowns take of them.
__device__ void take_from_earlier(const NormalView& view, const Work& work, int begin, int width, Team team) {
  const int r = work.r;
  for (int i = team.thread; i < begin; i += team.size) {
    double column[kWide];
#pragma unroll
    for (int k = 0; k < kWide; ++k) column[k] = k < width ? work.matrix[(begin + k) * r + i] : 0.0;
    for (int row = 0; row < static_cast<int>(view.outputs); ++row) {
      double sum = 0.0;
#pragma unroll
      for (int k = 0; k < kWide; ++k) sum += k < width ? column[k] * view.output[row * r + begin + k] : 0.0;
      work.matrix[(r + row) * r + i] -= sum;
    }
  }
}

// V L = B L'^-1, from the last block of unknowns to the first.
__device__ void substitute_back(const NormalView& view, const Work& work, Tiles& tiles, Team team) {
  for (int begin = (work.r - 1) / kWide * kWide; begin >= 0; begin -= kWide) {
    const int width = work.r - begin < kWide ? work.r - begin : kWide;
    load_square(work, begin, width, tiles, team);
    if (team.thread < width) tiles.inverse[team.thread] = work.inverse[begin + team.thread];
    __syncthreads();
    for (int row = team.thread; row < static_cast<int>(view.outputs); row += team.size)
      solve_row(view, work, row, begin, width, tiles);
    __syncthreads();
    take_from_earlier(view, work, begin, width, team);
    __syncthreads();
  }
}

__global__ void __launch_bounds__(kMostThreads) normal_equations_kernel(NormalView view, bool in_shared) {
  const Team team;
  auto& tiles = *shared_memory<Tiles>();
  double* matrix = in_shared ? reinterpret_cast<double*>(&tiles + 1) : view.work;
  const int r = static_cast<int>(view.rank);
  const int height = r + static_cast<int>(view.outputs);
  const Work work{matrix, matrix + height * r, r, height};
  load(view, work, view.gamma, team);
  factorise(work, tiles, team);
  if (view.retry && !(work.inverse[r - 1] > 0.0)) {  // NaN once, NaN to the end: the same for all threads
    double trace = 0.0;
    for (int k = 0; k < r; ++k) trace += view.normal[k * r + k];
    __syncthreads();
    load(view, work, view.gamma + kShift * trace, team);
    factorise(work, tiles, team);
  }
  substitute_back(view, work, tiles, team);
}

}  // namespace

void solve_normal_equations(cudaStream_t stream, const NormalView& view) {
  const auto entries = static_cast<std::size_t>(normal_work_doubles(view.rank, view.outputs));
  const std::size_t whole = sizeof(Tiles) + entries * sizeof(double);
  const bool in_shared = whole <= kShared;
  const unsigned threads = view.rank <= 16 ? 64 : (view.rank <= 40 ? 128 : kMostThreads);
  launch(stream, {dim3(1), threads, in_shared ? whole : sizeof(Tiles)}, normal_equations_kernel, view, in_shared);
}

}  // namespace burelu::cuda
