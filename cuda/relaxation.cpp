// Set-up of the relaxation on the device: what is allocated, and the way in.
#include "relaxation.hpp"

#include <algorithm>

#include "reduction_sizes.hpp"
#include "triangle.hpp"

namespace burelu::cuda {
namespace {

constexpr std::int64_t kPanelBytes = 24 << 20;  // half of the L2 cache of an H100
constexpr std::int64_t kPanelMin = 256;         // thinner panels starve the products
constexpr std::int64_t kPanelMax = 1024;

std::int64_t panel_sum_doubles(std::int64_t m, std::int64_t height) {
  return kUpdateSums * panel_block_columns(padded(2 * m)) * panel_block_rows(height);
}

std::vector<double> by_columns(const Matrix& X, std::int64_t stride) {
  std::vector<double> out(static_cast<std::size_t>(X.cols * stride), 0.0);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t l = 0; l < X.cols; ++l) out[static_cast<std::size_t>(l * stride + i)] = X(i, l);
  return out;
}

}  // namespace

std::int64_t panel_rows(std::int64_t m, const CudaTuning& tuning) {
  const std::int64_t all = padded(2 * m);
  if (tuning.panel_rows > 0) return std::min(padded(tuning.panel_rows), all);
  return std::min(padded(std::clamp(kPanelBytes / (8 * all), kPanelMin, kPanelMax)), all);
}

// Rounded up to whole doubles where a buffer holds something smaller.
template <class Stored>
std::int64_t CudaRelaxation<Stored>::fixed_doubles(const CudaShape& s, std::int64_t height) {
  const std::int64_t multipliers = 2 * triangle_size(2 * s.m) * std::int64_t{sizeof(Stored)} / 8;
  const std::int64_t features = s.m * s.d + padded(s.m) * s.d + 2 * s.d * s.d;
  const std::int64_t negatives = s.loss_rows - s.m;
  const std::int64_t rows = 3 * s.m + 4 * s.m + 2 * s.m + 1 + (negatives + 1) / 2 + negatives;
  return multipliers + features + rows + 2 * s.loss_rows * s.c + height * padded(2 * s.m) +
         panel_sum_doubles(s.m, height) + CudaDescent<Backend>::fixed_doubles(s.memory);
}

template <class Stored>
std::int64_t CudaRelaxation<Stored>::rank_doubles(const CudaShape& s) {
  const std::int64_t r = s.rank;
  const std::int64_t loss = s.loss_rows * (r + s.c) + s.loss_rows * r + 2 * (r + s.c) * r + s.c * r + s.c * (r + s.c);
  return 6 * s.m * r + s.d * r + loss + CudaDescent<Backend>::sized_doubles((s.m + s.d) * r, s.memory);
}

template <class Stored>
CudaRelaxation<Stored>::CudaRelaxation(const RelaxationData& data, const BackendOptions& options, int device,
                                       const CudaTuning& tuning)
    : CudaDescent<Backend>(options.memory, device),
      shape_{data.m, data.d, data.c, data.loss_rows(), 0, options.memory, options.multipliers_float},
      gamma_(data.gamma),
      mean_kernel_(data.mean_kernel),
      panel_rows_(panel_rows(data.m, tuning)),
      panel_blocks_x_(panel_block_columns(padded(2 * data.m))),
      panel_blocks_y_(panel_block_rows(panel_rows_)),
      multipliers_(triangle_size(2 * data.m), stream_),
      previous_(triangle_size(2 * data.m), stream_) {
  if (data.cuts.count() > 0) throw DeviceError("cone cuts run on the CPU only so far: use --cuts none or --device cpu");
  upload(data);
  clear_multipliers(stream_, pairs());
  const double sigma = options.sigma;
  char* state = reinterpret_cast<char*>(state_.data());
  constexpr auto at = offsetof(State, control) + offsetof(Control, dual) + offsetof(Dual, sigma);
  check(cudaMemcpyAsync(state + at, &sigma, sizeof(sigma), cudaMemcpyHostToDevice, stream_), "cudaMemcpyAsync");
}

template <class Stored>
void CudaRelaxation<Stored>::upload(const RelaxationData& data) {
  const auto copy = [this](DeviceBuffer<double>& to, const std::vector<double>& from) {
    to = DeviceBuffer<double>(static_cast<std::int64_t>(from.size()), stream_);
    to.write(from.data(), to.size());
  };
  copy(XK_, data.XK.data);
  copy(X_columns_, by_columns(data.X, padded(data.m)));
  copy(norms_, data.norms);
  copy(Y_, data.Y.data);
  copy(K_, data.K.data);
  copy(decay_, data.decay.data);
  copy(negative_scale_, data.negative_scale);
  copy(importance_, std::vector<double>(static_cast<std::size_t>(2 * data.m), 1.0));
  const auto negatives = static_cast<std::int64_t>(data.negative.size());
  negative_ = DeviceBuffer<std::int32_t>((negatives + 1) / 2 * 2, stream_);
  negative_.write(data.negative.data(), negatives);
  next_importance_ = DeviceBuffer<double>(2 * data.m, stream_);
  tau_ = DeviceBuffer<double>(data.m, stream_);
  norm_ = DeviceBuffer<double>(data.m, stream_);
  residual_ = DeviceBuffer<double>(data.loss_rows() * data.c, stream_);
  panel_ = DeviceBuffer<double>(panel_rows_ * padded(2 * data.m), stream_);
  panel_sums_ = DeviceBuffer<double>(panel_sum_doubles(data.m, panel_rows_), stream_);
  offsets_ = DeviceBuffer<std::int64_t>(2 * data.m + 1, stream_);
  for (const DeviceBuffer<double>* buffer : {&tau_, &residual_}) buffer->zero();
}

template <class Stored>
void CudaRelaxation<Stored>::write_multipliers(const std::vector<Multiplier>&) {
  throw DeviceError("cone cuts run on the CPU only so far: use --cuts none or --device cpu");
}

template <class Stored>
void CudaRelaxation<Stored>::write_point(const Matrix& Shat, const Matrix& Ut) {
  check(cudaSetDevice(device_), "cudaSetDevice");
  const bool same = Shat.cols == shape_.rank;
  const std::int64_t m = shape_.m;
  const std::int64_t c = shape_.c;
  const std::int64_t r = Shat.cols;
  this->resize((m + shape_.d) * r, same);
  if (!same) {
    shape_.rank = r;
    const auto sized = [this](DeviceBuffer<double>& buffer, std::int64_t size) {
      buffer = {};  // released before the new one is asked for
      buffer = DeviceBuffer<double>(size, stream_);
    };
    sized(factor_, 2 * m * r);
    sized(gradient_factor_, 2 * m * r);
    sized(activation_, m * r);
    sized(pulled_, m * r);
    sized(decay_product_, shape_.d * r);
    sized(loss_rows_, shape_.loss_rows * (r + c));
    sized(loss_gradient_, shape_.loss_rows * r);
    sized(normal_, (r + c) * r);
    sized(normal_work_, (r + c) * r);
    sized(output_, c * r);
    sized(signed_output_, c * (r + c));
    check(cudaMemcpy2DAsync(loss_rows_.data() + r, static_cast<std::size_t>(r + c) * sizeof(double), Y_.data(),
                            static_cast<std::size_t>(c) * sizeof(double), static_cast<std::size_t>(c) * sizeof(double),
                            static_cast<std::size_t>(shape_.loss_rows), cudaMemcpyDeviceToDevice, stream_),
          "cudaMemcpy2DAsync");
    write_minus_identity(stream_, signed_output_.data(), r, c);
  }
  point_.write(Shat.data.data(), m * r);
  point_.write(Ut.data.data(), shape_.d * r, m * r);
}

template <class Stored>
void CudaRelaxation<Stored>::exchange(Archive& archive) {
  auto rank = static_cast<int>(shape_.rank);
  archive.value(rank);
  if (rank < 1 || rank > shape_.m + shape_.d) Archive::refuse();
  auto stored = static_cast<int>(sizeof(Stored));
  archive.value(stored);
  if (stored != static_cast<int>(sizeof(Stored)))
    throw DataError("the checkpoint was made with the other --multipliers (double or float)");
  if (archive.loading()) write_point(Matrix(shape_.m, rank), Matrix(shape_.d, rank));
  this->exchange_descent(archive);
  this->exchange_buffer(archive, multipliers_);
  this->exchange_buffer(archive, previous_);
  this->exchange_buffer(archive, importance_);
  this->exchange_buffer(archive, tau_);
}

template <class Stored>
RowsView CudaRelaxation<Stored>::rows() const {
  return {shape_.m,
          shape_.rank,
          activation_.data(),
          trial_.data(),
          norm_.data(),
          factor_.data(),
          shape_.loss_rows - shape_.m,
          negative_.data(),
          negative_scale_.data()};
}

template <class Stored>
PairView<Stored> CudaRelaxation<Stored>::pairs() const {
  return {multipliers_.data(),
          previous_.data(),
          importance_.data(),
          {X_columns_.data(), norms_.data(), padded(shape_.m), shape_.m, shape_.d, mean_kernel_}};
}

template <class Stored>
PanelView CudaRelaxation<Stored>::panel(std::int64_t first_row) const {
  const std::int64_t count = std::min(panel_rows_, 2 * shape_.m - first_row);
  return {panel_.data(),     padded(2 * shape_.m), first_row,       count,
          first_row + count, panel_sums_.data(),   panel_blocks_x_, panel_blocks_x_ * panel_blocks_y_,
          state_.data()};
}

template <class Stored>
NormalView CudaRelaxation<Stored>::normal() const {
  return {normal_.data(), normal_work_.data(), output_.data(), signed_output_.data(), shape_.rank, shape_.c, gamma_,
          false};
}

template class CudaRelaxation<double>;
template class CudaRelaxation<float>;

}  // namespace burelu::cuda
