// Kernels of the training loss.
#include "network.hpp"

#include "reductions.hpp"
#include "seam/rules.hpp"
#include "seam/training_backend.hpp"

namespace burelu::cuda {
namespace {

__global__ void __launch_bounds__(kThreads)
    hidden_kernel(const double* P, double* R, std::int64_t entries, const double* width) {
  const std::int64_t i = thread_index();
  if (i >= entries) return;
  const double w = width != nullptr ? *width : 0.0;
  const double p = P[i];
  R[i] = w > 0.0 ? entry::smooth_relu(p, w) : (p > 0.0 ? p : 0.0);
}

__global__ void __launch_bounds__(kThreads)
    mask_kernel(const double* P, double* R, std::int64_t entries, const double* width) {
  const std::int64_t i = thread_index();
  if (i >= entries) return;
  const double w = *width;
  R[i] = w > 0.0 ? R[i] * entry::smooth_relu_slope(P[i], w) : (P[i] > 0.0 ? R[i] : 0.0);
}

__global__ void __launch_bounds__(kThreads) scaled_sum_kernel(double* out, double factor, const double* x, double shift,
                                                              const double* y, std::int64_t entries) {
  const std::int64_t i = thread_index();
  if (i < entries) out[i] = factor * ((x != nullptr ? x[i] : 0.0) + shift * y[i]);
}

__global__ void __launch_bounds__(kThreads) unit_kernel(const double* P, std::int64_t entries, double* unit) {
  double sum = 0.0;
  for (std::int64_t i = threadIdx.x; i < entries; i += kThreads) sum += fabs(P[i]);
  sum = block_sum(sum, shared_memory<double>());
  if (threadIdx.x == 0) *unit = sum / static_cast<double>(entries > 0 ? entries : 1);
}

__global__ void open_level_kernel(State* state, double width, const double* unit, double* out) {
  *out = width * *unit;
  state->control.memory.flush = 1;
  rules::open_window(state->control);
}

struct MeasureNetwork {
  double gamma;
  __device__ void operator()(State& state, const double* sums) const {
    if (!state.control.search.halted) rules::take_network(state.control, sums[0], sums[1], gamma);
  }
};

}  // namespace

void hidden_layer(cudaStream_t stream, const double* P, double* R, std::int64_t entries, const double* width) {
  launch(stream, covering(entries), hidden_kernel, P, R, entries, width);
}

void mask(cudaStream_t stream, const double* P, double* R, std::int64_t entries, const double* width) {
  launch(stream, covering(entries), mask_kernel, P, R, entries, width);
}

void scaled_sum(cudaStream_t stream, double* out, double factor, const double* x, double shift, const double* y,
                std::int64_t entries) {
  launch(stream, covering(entries), scaled_sum_kernel, out, factor, x, shift, y, entries);
}

void measure_unit(cudaStream_t stream, const double* P, std::int64_t entries, double* unit) {
  launch(stream, {dim3(1), kThreads, kThreads * sizeof(double)}, unit_kernel, P, entries, unit);
}

void open_level(cudaStream_t stream, State* state, double width, const double* unit, double* out) {
  launch(stream, {dim3(1), 1}, open_level_kernel, state, width, unit, out);
}

void measure_network(cudaStream_t stream, const NetworkSums& sums, const DescentView& view) {
  const Dots<2> products{{{sums.residual, sums.residual, sums.residuals}, {sums.output, sums.output, sums.outputs}}};
  dots(stream, products, view.partial, view.state, MeasureNetwork{sums.gamma});
}

}  // namespace burelu::cuda
