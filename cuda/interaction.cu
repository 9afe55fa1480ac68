// The elementwise kernels of the interaction pass, and the sums over their blocks.
#include "interaction.hpp"

#include "device.hpp"
#include "launch.hpp"
#include "seam/rules.hpp"
#include "triangle.hpp"
#include "weights.hpp"

namespace burelu::cuda {
namespace {

constexpr int kRows = 16;  // of a panel, per block

// kWide neighbours of a row in loads of 16 bytes.
template <class T>
struct Loads;
template <>
struct Loads<double> {
  static constexpr int kWide = 2;
  __device__ static void load(const double* from, double* to) {
    const double2 v = *reinterpret_cast<const double2*>(from);
    to[0] = v.x;
    to[1] = v.y;
  }
  __device__ static void store(double* to, const double* from) {
    *reinterpret_cast<double2*>(to) = double2{from[0], from[1]};
  }
};
template <>
struct Loads<float> {
  static constexpr int kWide = 4;
  __device__ static void load(const float* from, float* to) {
    const float4 v = *reinterpret_cast<const float4*>(from);
    to[0] = v.x;
    to[1] = v.y;
    to[2] = v.z;
    to[3] = v.w;
  }
  __device__ static void store(float* to, const float* from) {
    *reinterpret_cast<float4*>(to) = float4{from[0], from[1], from[2], from[3]};
  }
};
template <int kWide>
__device__ __forceinline__ void load_panel(const double* from, double* to) {
  for (int l = 0; l < kWide; l += 2) Loads<double>::load(from + l, to + l);
}
template <int kWide>
__device__ __forceinline__ void store_panel(double* to, const double* from) {
  for (int l = 0; l < kWide; l += 2) Loads<double>::store(to + l, from + l);
}

__device__ double* block_partial(const PanelView& panel) {
  return panel.partial + blockIdx.y * panel.block_stride + blockIdx.x;
}

// h = (T' - sigma S)_+, G = q_i w q_j h, sum of w h^2. NaN stays NaN: the line search must see it.
template <int kWide, class Stored>
__device__ __forceinline__ double hinge_entries(const WeightView& weights, const double* importance, std::int64_t i,
                                                std::int64_t j, double sigma, const Stored* multiplier, double* entry) {
  double sum = 0.0;
  for (int l = 0; l < kWide; ++l) {
    double h = static_cast<double>(multiplier[l]) - sigma * entry[l];
    if (h <= 0.0 || j + l >= i) h = 0.0;
    entry[l] = 0.0;
    if (h == 0.0) continue;
    entry[l] = importance[i] * pair_weight(weights, i, j + l) * importance[j + l] * h;
    sum += entry[l] * h;
  }
  return sum;
}

// Constants of the grid are not copied into registers, which would spill.
template <class Stored>
__global__ void __launch_bounds__(kThreads)
    interaction_pass_kernel(const __grid_constant__ PanelView panel, const __grid_constant__ PairView<Stored> pairs) {
  constexpr int kWide = Loads<Stored>::kWide;
  constexpr int kBatch = 8 / kWide;                    // rows whose loads are under way together; more would spill
  const std::int64_t column = kWide * thread_index();  // of the panel
  const std::int64_t j = panel.first_column + column;
  const double sigma = panel.state->control.dual.sigma;
  double sum = 0.0;
  for (int batch = 0; batch < kRows && j < panel.end_column; batch += kBatch) {
    const int first = static_cast<int>(blockIdx.y) * kRows + batch;
    double entries[kBatch][kWide];
    Stored multipliers[kBatch][kWide];
#pragma unroll
    for (int k = 0; k < kBatch; ++k) {
      const std::int64_t i = panel.first_row + first + k;
      if (first + k >= panel.rows || j >= i) continue;
      load_panel<kWide>(panel.entries + (first + k) * panel.stride + column, entries[k]);
      Loads<Stored>::load(pairs.multipliers + row_offset(i) + j, multipliers[k]);
    }
#pragma unroll
    for (int k = 0; k < kBatch; ++k) {
      const std::int64_t i = panel.first_row + first + k;
      if (first + k >= panel.rows) continue;
      if (j >= i) {
        for (int l = 0; l < kWide; ++l) entries[k][l] = 0.0;
      } else {
        sum += hinge_entries<kWide>(pairs.weights, pairs.importance, i, j, sigma, multipliers[k], entries[k]);
      }
      store_panel<kWide>(panel.entries + (first + k) * panel.stride + column, entries[k]);
    }
  }
  sum = block_sum(2.0 * sum, shared_memory<double>());  // ordered pairs
  if (threadIdx.x == 0) *block_partial(panel) += sum;
}

constexpr int kAdded = 5;  // of kUpdateSums; of the others the largest counts

// One entry of an update: returns h, to be stored, and leaves G in place of the product in `gradient`.
template <class Stored>
__device__ __forceinline__ double update_entry(const PairView<Stored>& pairs, std::int64_t i, std::int64_t j,
                                               double sigma, double multiplier, double before, double& gradient,
                                               entry::UpdateSums& sums) {
  const double product = gradient;
  gradient = 0.0;
  if (multiplier == -kInfinity || j > i) return multiplier;
  const double w = pairs.importance[i] * pair_weight(pairs.weights, i, j) * pairs.importance[j];
  // A product of the diagonal is never negative, so it never has a multiplier.
  if (i == j && product > sums.largest) sums.largest = product;
  const double h = entry::update(multiplier, before, product, w, sigma, i == j ? 1.0 : 2.0, sums);
  gradient = w * h;
  return h;
}

template <class Stored>
__global__ void __launch_bounds__(kThreads) update_multipliers_kernel(PanelView panel, PairView<Stored> pairs) {
  constexpr int kWide = Loads<Stored>::kWide;
  const std::int64_t column = kWide * thread_index();  // of the panel
  const std::int64_t j = panel.first_column + column;
  const double sigma = panel.state->control.dual.sigma;
  entry::UpdateSums sums;
  for (int k = 0; k < kRows && j < panel.end_column; ++k) {
    const std::int64_t row = static_cast<std::int64_t>(blockIdx.y) * kRows + k;
    const std::int64_t i = panel.first_row + row;
    if (row >= panel.rows) break;
    double entries[kWide] = {};
    double* place = panel.entries + row * panel.stride + column;
    if (j <= i) {
      Stored multipliers[kWide];
      Stored before[kWide];
      load_panel<kWide>(place, entries);
      Loads<Stored>::load(pairs.multipliers + row_offset(i) + j, multipliers);
      Loads<Stored>::load(pairs.previous + row_offset(i) + j, before);
      for (int l = 0; l < kWide; ++l)
        multipliers[l] = static_cast<Stored>(update_entry(pairs, i, j + l, sigma, static_cast<double>(multipliers[l]),
                                                          static_cast<double>(before[l]), entries[l], sums));
      Loads<Stored>::store(pairs.multipliers + row_offset(i) + j, multipliers);
    }
    store_panel<kWide>(place, entries);
  }
  double* scratch = shared_memory<double>();
  double* out = block_partial(panel);
  const double added[kAdded] = {sums.penalty, sums.change, sums.restart, sums.mass, sums.shortfall};
  for (int k = 0; k < kAdded; ++k) {
    const double sum = block_sum(added[k], scratch + k * kThreads);
    if (threadIdx.x == 0) out[k * panel.part_stride] += sum;
  }
  const double extremes[2] = {sums.lowest, sums.largest};
  for (int k = kAdded; k < kUpdateSums; ++k) {
    const double most = block_reduce(extremes[k - kAdded], scratch + k * kThreads, Max{});
    if (threadIdx.x == 0) out[k * panel.part_stride] = Max{}(out[k * panel.part_stride], most);
  }
}

// One block combines what all blocks of all panels left, in a fixed order.
template <class Operation>
__device__ double combine_partial(const PanelView& panel, int kind, Operation combine) {
  double value = 0.0;
  for (std::int64_t b = threadIdx.x; b < panel.part_stride; b += kThreads)
    value = combine(value, panel.partial[kind * panel.part_stride + b]);
  return block_reduce(value, shared_memory<double>() + kind * kThreads, combine);
}

__global__ void __launch_bounds__(kThreads) finish_pass_kernel(PanelView panel) {
  const double total = combine_partial(panel, 0, Add{});
  Control& control = panel.state->control;
  if (threadIdx.x == 0 && !control.search.halted) rules::take_penalty(control, total);
}

__global__ void __launch_bounds__(kThreads) finish_update_kernel(PanelView panel) {
  double sums[kUpdateSums];
#pragma unroll
  for (int k = 0; k < kAdded; ++k) sums[k] = combine_partial(panel, k, Add{});
#pragma unroll
  for (int k = kAdded; k < kUpdateSums; ++k) sums[k] = combine_partial(panel, k, Max{});
  if (threadIdx.x != 0) return;
  rules::take_update(panel.state->control, {sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6]});
}

template <class Stored>
Grid panel_grid(const PanelView& panel, int sums) {
  constexpr std::int64_t kWidth = std::int64_t{Loads<Stored>::kWide} * kThreads;
  return {dim3(static_cast<unsigned>((panel.columns() + kWidth - 1) / kWidth),
               static_cast<unsigned>(panel_block_rows(panel.rows))),
          kThreads, static_cast<std::size_t>(sums) * kThreads * sizeof(double)};
}

}  // namespace

std::int64_t panel_block_columns(std::int64_t columns) { return (columns + 2 * kThreads - 1) / (2 * kThreads); }
std::int64_t panel_block_rows(std::int64_t rows) { return (rows + kRows - 1) / kRows; }

template <class Stored>
void interaction_pass(cudaStream_t stream, const PanelView& panel, const PairView<Stored>& pairs) {
  launch(stream, panel_grid<Stored>(panel, kPassSums), interaction_pass_kernel<Stored>, panel, pairs);
}

template <class Stored>
void update_multipliers(cudaStream_t stream, const PanelView& panel, const PairView<Stored>& pairs) {
  launch(stream, panel_grid<Stored>(panel, kUpdateSums), update_multipliers_kernel<Stored>, panel, pairs);
}

template void interaction_pass(cudaStream_t, const PanelView&, const PairView<double>&);
template void interaction_pass(cudaStream_t, const PanelView&, const PairView<float>&);
template void update_multipliers(cudaStream_t, const PanelView&, const PairView<double>&);
template void update_multipliers(cudaStream_t, const PanelView&, const PairView<float>&);

void finish_pass(cudaStream_t stream, const PanelView& panel) {
  launch(stream, {dim3(1), kThreads, kPassSums * kThreads * sizeof(double)}, finish_pass_kernel, panel);
}

void finish_update(cudaStream_t stream, const PanelView& panel) {
  launch(stream, {dim3(1), kThreads, kUpdateSums * kThreads * sizeof(double)}, finish_update_kernel, panel);
}

}  // namespace burelu::cuda
