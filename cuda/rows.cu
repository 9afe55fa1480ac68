// Kernels of the row-wise maps: kLanes threads per row, so that those of a warp read neighbours.
#include "rows.hpp"

#include "device.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

constexpr double kTiny = 1e-300;  // keeps 0/0 out of rows with p = 0
constexpr unsigned kRowThreads = 64;
constexpr int kLanes = 8;

Grid row_threads(std::int64_t rows) {
  return {dim3(static_cast<unsigned>((rows * kLanes + kRowThreads - 1) / kRowThreads)), kRowThreads};
}

// The row of a thread and its place in it. Threads of no row do the last one again, and write nothing.
struct Place {
  std::int64_t row;
  int lane;
  bool inside;

  __device__ explicit Place(std::int64_t rows)
      : row(thread_index() / kLanes), lane(static_cast<int>(threadIdx.x) % kLanes), inside(row < rows) {
    if (!inside) row = rows - 1;
  }
};

// Over the threads of a row; all threads of a warp take part.
__device__ double row_sum(double value) {
  for (int lanes = kLanes / 2; lanes > 0; lanes /= 2) value += __shfl_xor_sync(0xffffffffU, value, lanes);
  return value;
}

__global__ void __launch_bounds__(kRowThreads) factor_rows_kernel(RowsView view) {
  const Place place(view.m);
  const std::int64_t r = view.rank;
  const double* p = view.activation + place.row * r;
  const double* s = view.shat + place.row * r;
  double pp = 0.0;
  double ss = 0.0;
  for (std::int64_t l = place.lane; l < r; l += kLanes) {
    pp += p[l] * p[l];
    ss += s[l] * s[l];
  }
  const double norm = sqrt(row_sum(pp)) + kTiny;
  const double scale = norm / sqrt(row_sum(ss));
  if (!place.inside) return;
  if (place.lane == 0) view.norm[place.row] = norm;
  double* a = view.factor + place.row * r;
  double* b = view.factor + (view.m + place.row) * r;
  for (std::int64_t l = place.lane; l < r; l += kLanes) {
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
  const Place place(view.m);
  const std::int64_t r = view.rank;
  const std::int64_t first = place.row * r;
  const double* p = view.activation + first;
  const double* s = view.shat + first;
  const double* ev = pull.loss_gradient + first;
  const double* ga = pull.gradient_factor + first;
  const double* gb = pull.gradient_factor + view.m * r + first;
  double ss = 0.0;
  double sg = 0.0;
  for (std::int64_t l = place.lane; l < r; l += kLanes) {
    ss += s[l] * s[l];
    sg += s[l] * 0.5 * (ev[l] - ga[l] - gb[l]);
  }
  const double length = sqrt(row_sum(ss));
  const double along = row_sum(sg) / length;  // <s_k, gC_k> with the unit s_k
  if (!place.inside) return;
  const double norm = view.norm[place.row];
  if (place.lane == 0) pull.tau[place.row] = 2.0 * along / norm;
  for (std::int64_t l = place.lane; l < r; l += kLanes) {
    const double gc = 0.5 * (ev[l] - ga[l] - gb[l]);
    const double gp = 0.5 * (ev[l] - ga[l] + gb[l]);
    pull.gradient_shat[first + l] = norm * (gc - s[l] / length * along) / length;
    pull.pulled[first + l] = gp + along * p[l] / norm;
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
