// Kernels of the quasi-Newton descent. N unknowns, p pairs; traffic in doubles.
#include "descent_kernels.hpp"
#include "reductions.hpp"
#include "seam/rules.hpp"

namespace burelu::cuda {
namespace {

constexpr int kChunk = 512;   // unknowns of which s, y, g lie in shared memory: 12 KB
constexpr int kColumns = 32;  // columns between two barriers
constexpr int kLanes = 32;
constexpr int kPadded = kLanes + 1;   // avoids bank conflicts
constexpr int kMaxPanelBlocks = 256;  // two for each multiprocessor of the largest devices

__device__ bool idle(const State& state) { return state.control.search.halted != 0; }

__global__ void write_state_kernel(State* state, State value) { *state = value; }

__global__ void write_settings_kernel(State* state, Settings settings) { state->control.settings = settings; }

__global__ void write_penalty_kernel(State* state, double sigma) { state->control.dual.sigma = sigma; }

__global__ void forget_pairs_kernel(State* state) { rules::forget_pairs(state->control.memory); }

__global__ void open_window_kernel(State* state) { rules::open_window(state->control); }

__global__ void judge_kernel(State* state) { rules::judge(state->control); }

// trial = z + t p. 3 N.
__global__ void __launch_bounds__(kThreads) step_kernel(DescentView view) {
  const Search& search = view.state->control.search;
  const std::int64_t i = thread_index();
  if (search.halted || i >= view.unknowns) return;
  view.trial[i] = search.fresh ? view.point[i] : view.point[i] + search.step * view.direction[i];
}

__global__ void open_accept_kernel(State* state) { state->accepting = rules::open_accept(state->control) ? 1 : 0; }

// Columns s and y, and the trial becomes the point. 7 N.
__global__ void __launch_bounds__(kThreads) accept_kernel(DescentView view) {
  const State& state = *view.state;
  const std::int64_t i = thread_index();
  if (!state.accepting || i >= view.unknowns) return;
  if (state.control.search.pair) {
    const int slot = state.control.memory.head;
    view.panel[slot * view.stride + i] = state.control.search.step * view.direction[i];
    view.panel[(view.capacity + slot) * view.stride + i] = view.trial_gradient[i] - view.gradient[i];
  }
  view.point[i] = view.trial[i];
  view.gradient[i] = view.trial_gradient[i];
}

// Column `index` of [s_0 .. s_{filled-1} | y_0 .. y_{filled-1} | g].
__device__ const double* panel_column(const DescentView& view, int filled, int index) {
  if (index >= 2 * filled) return view.gradient;
  return view.panel + (index < filled ? index : view.capacity + index - filled) * view.stride;
}

// Products of kColumns columns with the chunk's s, y, g: lanes keep their own sums in shared memory, and threads then
// add up one row of lanes each, which needs two barriers instead of a shuffle per product.
__device__ void chunk_products(const DescentView& view, const double* chunk, double* lanes, double* totals,
                               std::int64_t begin, int count, int first_column) {
  const int filled = view.state->control.memory.filled;
  const int columns = 2 * filled + 1;
  const int lane = static_cast<int>(threadIdx.x) % kLanes;
  for (int k = static_cast<int>(threadIdx.x) / kLanes; k < kColumns; k += static_cast<int>(kThreads) / kLanes) {
    double sums[3] = {0.0, 0.0, 0.0};
    if (first_column + k < columns) {
      const double* column = panel_column(view, filled, first_column + k) + begin;
      for (int i = lane; i < count; i += kLanes) {
        const double value = column[i];
        for (int l = 0; l < 3; ++l) sums[l] += value * chunk[l * kChunk + i];
      }
    }
    for (int l = 0; l < 3; ++l) lanes[(3 * k + l) * kPadded + lane] = sums[l];
  }
  __syncthreads();
  const int row = static_cast<int>(threadIdx.x);
  if (row < 3 * kColumns && 3 * first_column + row < 3 * columns) {
    double sum = 0.0;
    for (int i = 0; i < kLanes; ++i) sum += lanes[row * kPadded + i];
    totals[3 * first_column + row] += sum;
  }
  __syncthreads();
}

constexpr std::int64_t shared_of_products(int capacity) {
  return 3 * kChunk + 3 * kColumns * kPadded + 3 * (2 * capacity + 1);
}

// Block b: products of every column in use with s, y, g over its share of the unknowns. 2 p N once, s, y, g too.
__global__ void __launch_bounds__(kThreads) panel_products_kernel(DescentView view) {
  const State& state = *view.state;
  if (!state.accepting) return;
  double* chunk = shared_memory<double>();
  double* lanes = chunk + 3 * kChunk;
  double* totals = lanes + 3 * kColumns * kPadded;
  const int columns = 2 * state.control.memory.filled + 1;
  const int slot = state.control.memory.head;
  const bool pair = state.control.search.pair != 0;
  const double* from[3] = {view.panel + slot * view.stride, view.panel + (view.capacity + slot) * view.stride,
                           view.gradient};
  for (int k = static_cast<int>(threadIdx.x); k < 3 * columns; k += kThreads) totals[k] = 0.0;
  const std::int64_t share = (view.unknowns + gridDim.x * kChunk - 1) / (gridDim.x * kChunk) * kChunk;
  const std::int64_t last = share * (blockIdx.x + 1) < view.unknowns ? share * (blockIdx.x + 1) : view.unknowns;
  for (std::int64_t begin = share * blockIdx.x; begin < last; begin += kChunk) {
    const int count = static_cast<int>(last - begin < kChunk ? last - begin : kChunk);
    for (int i = static_cast<int>(threadIdx.x); i < count; i += kThreads)
      for (int l = 0; l < 3; ++l) chunk[l * kChunk + i] = pair || l == 2 ? from[l][begin + i] : 0.0;
    __syncthreads();
    for (int column = 0; column < columns; column += kColumns)
      chunk_products(view, chunk, lanes, totals, begin, count, column);
  }
  __syncthreads();
  double* out = view.partial + static_cast<std::int64_t>(blockIdx.x) * 3 * (2 * view.capacity + 1);
  for (int k = static_cast<int>(threadIdx.x); k < 3 * columns; k += kThreads) out[k] = totals[k];
}

// The new rows and columns of the Gram matrix; entries of unused columns are zero. One thread per product.
__global__ void __launch_bounds__(kThreads) gram_kernel(DescentView view, int blocks) {
  const State& state = *view.state;
  const int width = 2 * view.capacity + 1;
  const int k = static_cast<int>(thread_index()) / 3;
  const int l = static_cast<int>(thread_index()) % 3;
  const bool pair = state.control.search.pair != 0;
  if (!state.accepting || k >= width || (!pair && l < 2)) return;
  if (k == 2 * view.capacity && l < 2) return;  // g with s and y stands in the other triangle
  const int part = k % view.capacity;
  const int filled = state.control.memory.filled;
  const int slot = state.control.memory.head;
  const bool used = k == 2 * view.capacity || part < filled;
  const int packed = k == 2 * view.capacity ? 2 * filled : (k < view.capacity ? part : filled + part);
  double sum = 0.0;
  for (int b = 0; used && b < blocks; ++b)
    sum += view.partial[static_cast<std::int64_t>(b) * 3 * width + 3 * packed + l];
  const int row = l == 0 ? slot : (l == 1 ? view.capacity + slot : 2 * view.capacity);
  view.gram[row * width + k] = sum;
  if (k != row) view.gram[k * width + row] = sum;
}

__global__ void close_accept_kernel(DescentView view) {
  if (view.state->accepting) rules::close_accept(view.state->control, view.gram);
}

// Half a warp as the team of the two-loop recursion: rows of a few hundred entries, each step waits for the one before.
constexpr int kTeam = 16;
struct HalfWarp {
  static constexpr unsigned kMask = (1U << kTeam) - 1;
  __device__ static int lane() { return static_cast<int>(threadIdx.x); }
  __device__ bool leader() const { return threadIdx.x == 0; }
  __device__ double dot(const double* x, const double* y, int n) const {
    __syncwarp(kMask);  // y as the leader left it
    double sum = 0.0;
#pragma unroll 8
    for (int i = lane(); i < n; i += kTeam) sum += x[i] * y[i];
    for (int lanes = kTeam / 2; lanes > 0; lanes /= 2) sum += __shfl_xor_sync(kMask, sum, lanes);
    __syncwarp(kMask);  // before the leader writes y again
    return sum;
  }
  __device__ void fill(double* x, int n, double value) const {
    for (int i = lane(); i < n; i += kTeam) x[i] = value;
    __syncwarp(kMask);
  }
  __device__ void scale(double* x, int n, double factor) const {
    __syncwarp(kMask);
    for (int i = lane(); i < n; i += kTeam) x[i] *= factor;
    __syncwarp(kMask);
  }
};

__global__ void __launch_bounds__(kTeam) coefficients_kernel(DescentView view) {
  State& state = *view.state;
  if (idle(state) || !state.control.search.accepted) return;
  const int width = 2 * view.capacity + 1;
  double* coefficients = shared_memory<double>();
  double* alpha = coefficients + width;
  Memory memory = state.control.memory;  // each thread's own, all of them the same
  const double slope = rules::find_direction(memory, view.gram, alpha, coefficients, HalfWarp{});
  __syncwarp(HalfWarp::kMask);
  for (int k = static_cast<int>(threadIdx.x); k < width; k += kTeam) view.coefficients[k] = coefficients[k];
  if (threadIdx.x != 0) return;
  state.control.memory = memory;
  rules::open_search(state.control, slope);
}

// p = sum of coefficient times column. 2 p N.
__global__ void __launch_bounds__(kThreads) combine_kernel(DescentView view) {
  const std::int64_t i = thread_index();
  if (idle(*view.state) || !view.state->control.search.accepted || i >= view.unknowns) return;
  // Columns that hold something, all of them loaded: a load that waits for its coefficient to be looked at would wait
  // for the one before. What a slot out of use holds has no part in the sum.
  const int filled = view.state->control.memory.filled;
  double sum = 0.0;
  for (int side = 0; side < 2; ++side) {
#pragma unroll 8
    for (int k = 0; k < filled; ++k) {
      const int column = side * view.capacity + k;
      const double value = view.panel[column * view.stride + i];
      const double coefficient = view.coefficients[column];
      sum += coefficient != 0.0 ? coefficient * value : 0.0;
    }
  }
  view.direction[i] = sum + view.coefficients[2 * view.capacity] * view.gradient[i];
}

struct MeasureTrial {
  __device__ void operator()(State& state, const double* sums) const {
    if (!idle(state)) rules::take_gradient(state.control, sums[0], sums[1], sums[2]);
  }
};

constexpr Grid kOneThread{dim3(1), 1};

}  // namespace

int panel_blocks(std::int64_t unknowns) {
  return static_cast<int>(std::min<std::int64_t>((unknowns + kChunk - 1) / kChunk, kMaxPanelBlocks));
}

void write_state(cudaStream_t stream, State* state, const State& value) {
  launch(stream, kOneThread, write_state_kernel, state, value);
}

void write_settings(cudaStream_t stream, State* state, const Settings& settings) {
  launch(stream, kOneThread, write_settings_kernel, state, settings);
}

void write_penalty(cudaStream_t stream, State* state, double sigma) {
  launch(stream, kOneThread, write_penalty_kernel, state, sigma);
}

void forget_pairs(cudaStream_t stream, State* state) { launch(stream, kOneThread, forget_pairs_kernel, state); }

void open_window(cudaStream_t stream, const DescentView& view) {
  launch(stream, kOneThread, open_window_kernel, view.state);
}

void judge(cudaStream_t stream, const DescentView& view) { launch(stream, kOneThread, judge_kernel, view.state); }

void step(cudaStream_t stream, const DescentView& view) { launch(stream, covering(view.unknowns), step_kernel, view); }

void accept(cudaStream_t stream, const DescentView& view) {
  const int blocks = panel_blocks(view.unknowns);
  const auto shared = static_cast<std::size_t>(shared_of_products(view.capacity)) * sizeof(double);
  launch(stream, kOneThread, open_accept_kernel, view.state);
  launch(stream, covering(view.unknowns), accept_kernel, view);
  launch(stream, {dim3(static_cast<unsigned>(blocks)), kThreads, shared}, panel_products_kernel, view);
  launch(stream, covering(3 * (2 * view.capacity + 1)), gram_kernel, view, blocks);
  launch(stream, kOneThread, close_accept_kernel, view);
}

void direction(cudaStream_t stream, const DescentView& view) {
  const auto shared = static_cast<std::size_t>(3 * view.capacity + 1) * sizeof(double);
  launch(stream, {dim3(1), kTeam, shared}, coefficients_kernel, view);
  launch(stream, covering(view.unknowns), combine_kernel, view);
}

void measure_trial(cudaStream_t stream, const DescentView& view, DecayTerm decay) {
  const Dots<3> products{{{decay.x, decay.y, decay.size},
                          {view.trial_gradient, view.direction, view.unknowns},
                          {view.trial_gradient, view.trial_gradient, view.unknowns}}};
  dots(stream, products, view.partial, view.state, MeasureTrial{});
}

}  // namespace burelu::cuda
