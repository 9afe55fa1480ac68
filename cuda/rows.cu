// Kernels of the row-wise maps: a thread per row, whose r entries are neighbours.
#include "rows.hpp"

#include "device.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

constexpr double kTiny = 1e-300;  // keeps 0/0 out of rows with p = 0
constexpr unsigned kRowThreads = 64;

Grid row_threads(std::int64_t rows) {
  return {dim3(static_cast<unsigned>((rows + kRowThreads - 1) / kRowThreads)), kRowThreads};
}

__global__ void __launch_bounds__(kRowThreads) factor_rows_kernel(RowsView view) {
  const std::int64_t k = thread_index();
  if (k >= view.m) return;
  const double* p = view.activation + k * view.rank;
  const double* s = view.shat + k * view.rank;
  double pp = 0.0;
  double ss = 0.0;
  for (std::int64_t l = 0; l < view.rank; ++l) {
    pp += p[l] * p[l];
    ss += s[l] * s[l];
  }
  const double norm = sqrt(pp) + kTiny;
  const double scale = norm / sqrt(ss);
  view.norm[k] = norm;
  double* a = view.factor + k * view.rank;
  double* b = view.factor + (view.m + k) * view.rank;
  for (std::int64_t l = 0; l < view.rank; ++l) {
    const double c = scale * s[l];
    a[l] = 0.5 * (c + p[l]);
    b[l] = 0.5 * (c - p[l]);
  }
}

__global__ void __launch_bounds__(kThreads) gather_kernel(RowsView view, double* loss_rows, std::int64_t stride) {
  const std::int64_t i = thread_index() / view.rank;
  const std::int64_t l = thread_index() % view.rank;
  if (i >= view.m + view.negatives) return;
  const double value =
      i < view.m ? view.factor[i * view.rank + l]
                 : view.negative_scale[i - view.m] * view.factor[(view.m + view.negative[i - view.m]) * view.rank + l];
  loss_rows[i * stride + l] = value;
}

__global__ void __launch_bounds__(kThreads) fold_negative_kernel(RowsView view, PullView pull) {
  const std::int64_t i = thread_index() / view.rank;
  const std::int64_t l = thread_index() % view.rank;
  if (i >= view.negatives) return;
  pull.gradient_factor[(view.m + view.negative[i]) * view.rank + l] -=
      view.negative_scale[i] * pull.loss_gradient[(view.m + i) * view.rank + l];
}

__global__ void __launch_bounds__(kRowThreads) pull_rows_kernel(RowsView view, PullView pull) {
  const std::int64_t k = thread_index();
  if (k >= view.m) return;
  const std::int64_t r = view.rank;
  const double* p = view.activation + k * r;
  const double* s = view.shat + k * r;
  const double* ev = pull.loss_gradient + k * r;
  const double* ga = pull.gradient_factor + k * r;
  const double* gb = pull.gradient_factor + (view.m + k) * r;
  double ss = 0.0;
  double sg = 0.0;
  for (std::int64_t l = 0; l < r; ++l) {
    ss += s[l] * s[l];
    sg += s[l] * 0.5 * (ev[l] - ga[l] - gb[l]);
  }
  const double length = sqrt(ss);
  const double norm = view.norm[k];
  sg /= length;  // <s_k, gC_k> with the unit s_k
  pull.tau[k] = 2.0 * sg / norm;
  for (std::int64_t l = 0; l < r; ++l) {
    const double gc = 0.5 * (ev[l] - ga[l] - gb[l]);
    const double gp = 0.5 * (ev[l] - ga[l] + gb[l]);
    pull.gradient_shat[k * r + l] = norm * (gc - s[l] / length * sg) / length;
    pull.pulled[k * r + l] = gp + sg * p[l] / norm;
  }
}

__global__ void __launch_bounds__(kThreads) minus_identity_kernel(double* out, std::int64_t r, std::int64_t c) {
  const std::int64_t i = thread_index() / c;
  const std::int64_t j = thread_index() % c;
  if (i < c) out[i * (r + c) + r + j] = i == j ? -1.0 : 0.0;
}

}  // namespace

void factor_rows(cudaStream_t stream, const RowsView& view) {
  launch(stream, row_threads(view.m), factor_rows_kernel, view);
}

void gather_loss_rows(cudaStream_t stream, const RowsView& view, double* loss_rows, std::int64_t stride) {
  launch(stream, covering((view.m + view.negatives) * view.rank), gather_kernel, view, loss_rows, stride);
}

void pull_rows(cudaStream_t stream, const RowsView& rows, const PullView& pull) {
  launch(stream, covering(rows.negatives * rows.rank), fold_negative_kernel, rows, pull);
  launch(stream, row_threads(rows.m), pull_rows_kernel, rows, pull);
}

void write_minus_identity(cudaStream_t stream, double* out, std::int64_t rank, std::int64_t outputs) {
  launch(stream, covering(outputs * outputs), minus_identity_kernel, out, rank, outputs);
}

}  // namespace burelu::cuda
