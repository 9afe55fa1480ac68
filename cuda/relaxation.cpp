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

std::int64_t panel_sum_doubles(PanelSize panel) {
  return kUpdateSums * panel_block_columns(panel.columns) * panel_block_rows(panel.rows);
}

std::vector<double> by_columns(const Matrix& X, std::int64_t stride) {
  std::vector<double> out(static_cast<std::size_t>(X.cols * stride), 0.0);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t l = 0; l < X.cols; ++l) out[static_cast<std::size_t>(l * stride + i)] = X(i, l);
  return out;
}

}  // namespace

PanelSize panel_size(std::int64_t rows, const CudaTuning& tuning) {
  const std::int64_t all = padded(rows);
  PanelSize panel;
  panel.rows = tuning.panel_rows > 0 ? tuning.panel_rows : std::clamp(kPanelBytes / (8 * all), kPanelMin, kPanelMax);
  panel.rows = std::min(padded(panel.rows), all);
  panel.columns = tuning.panel_columns > 0 ? padded(tuning.panel_columns) : kPanelBytes / (8 * panel.rows);
  panel.columns = std::min(panel.columns / kBlock * kBlock, all);
  return panel;
}

// Rounded up to whole doubles where a buffer holds something smaller.
template <class Stored>
std::int64_t CudaRelaxation<Stored>::fixed_doubles(const CudaShape& s, PanelSize panel) {
  const std::int64_t all = s.factor_rows();
  const std::int64_t multipliers = 2 * triangle_size(all) * std::int64_t{sizeof(Stored)} / 8;
  const std::int64_t features = s.m * s.d + padded(s.m) * s.d + 2 * s.d * s.d;
  const std::int64_t negatives = s.loss_rows - s.m;
  const std::int64_t rows = 3 * s.m + 3 * all + 1 + (negatives + 1) / 2 + negatives;
  return multipliers + features + rows + 2 * s.loss_rows * s.c + panel.rows * panel.columns + panel_sum_doubles(panel) +
         CudaDescent<Backend>::fixed_doubles(s.memory);
}

template <class Stored>
std::int64_t CudaRelaxation<Stored>::rank_doubles(const CudaShape& s) {
  const std::int64_t r = s.rank;
  const std::int64_t loss = s.loss_rows * (r + s.c) + s.loss_rows * r + (r + s.c) * r + normal_work_doubles(r, s.c) +
                            s.c * r + s.c * (r + s.c);
  return 2 * (s.factor_rows() + s.m) * r + s.d * r + loss +
         CudaDescent<Backend>::sized_doubles((s.m + s.d) * r, s.memory);
}

template <class Stored>
CudaRelaxation<Stored>::CudaRelaxation(const RelaxationData& data, const BackendOptions& options, int device,
                                       const CudaTuning& tuning)
    : CudaDescent<Backend>(options.memory, device),
      shape_(cuda_shape(data, options)),
      gamma_(data.gamma),
      mean_kernel_(data.mean_kernel),
      panel_size_(panel_size(data.factor_rows(), tuning)),
      panel_blocks_x_(panel_block_columns(panel_size_.columns)),
      panel_blocks_y_(panel_block_rows(panel_size_.rows)),
      multipliers_(triangle_size(data.factor_rows()), stream_),
      previous_(triangle_size(data.factor_rows()), stream_) {
  shape_.rank = 0;  // nothing is allocated for a rank yet
  upload(data);
  clear_multipliers(stream_, pairs());
  write_penalty(stream_, state_.data(), options.sigma);
}

template <class Stored>
void CudaRelaxation<Stored>::upload(const RelaxationData& data) {
  const auto copy = [this](DeviceBuffer<double>& to, const std::vector<double>& from) {
    to = DeviceBuffer<double>(static_cast<std::int64_t>(from.size()), stream_);
    to.write(stream_, from.data(), to.size());
  };
  copy(XK_, data.XK.data);
  copy(X_columns_, by_columns(data.X, padded(data.m)));
  copy(norms_, data.norms);
  copy(Y_, data.Y.data);
  copy(K_, data.K.data);
  copy(decay_, data.decay.data);
  copy(negative_scale_, data.negative_scale);
  copy(importance_, std::vector<double>(static_cast<std::size_t>(data.factor_rows()), 1.0));
  const auto negatives = static_cast<std::int64_t>(data.negative.size());
  negative_ = DeviceBuffer<std::int32_t>((negatives + 1) / 2 * 2, stream_);
  negative_.write(stream_, data.negative.data(), negatives);
  next_importance_ = DeviceBuffer<double>(data.factor_rows(), stream_);
  tau_ = DeviceBuffer<double>(data.m, stream_);
  norm_ = DeviceBuffer<double>(data.m, stream_);
  residual_ = DeviceBuffer<double>(data.loss_rows() * data.c, stream_);
  panel_ = DeviceBuffer<double>(panel_size_.rows * panel_size_.columns, stream_);
  panel_sums_ = DeviceBuffer<double>(panel_sum_doubles(panel_size_), stream_);
  offsets_ = DeviceBuffer<std::int64_t>(data.factor_rows() + 1, stream_);
  for (const DeviceBuffer<double>* buffer : {&tau_, &residual_}) buffer->zero();
}

template <class Stored>
void CudaRelaxation<Stored>::write_point(const Matrix& Shat, const Matrix& Ut) {
  const DeviceScope scope(this->home_.device());
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
    sized(factor_, shape_.factor_rows() * r);
    sized(gradient_factor_, shape_.factor_rows() * r);
    sized(activation_, m * r);
    sized(pulled_, m * r);
    sized(decay_product_, shape_.d * r);
    sized(loss_rows_, shape_.loss_rows * (r + c));
    sized(loss_gradient_, shape_.loss_rows * r);
    sized(normal_, (r + c) * r);
    sized(normal_work_, normal_work_doubles(r, c));
    sized(output_, c * r);
    sized(signed_output_, c * (r + c));
    check(cudaMemcpy2DAsync(loss_rows_.data() + r, static_cast<std::size_t>(r + c) * sizeof(double), Y_.data(),
                            static_cast<std::size_t>(c) * sizeof(double), static_cast<std::size_t>(c) * sizeof(double),
                            static_cast<std::size_t>(shape_.loss_rows), cudaMemcpyDeviceToDevice, stream_),
          "cudaMemcpy2DAsync");
    write_minus_identity(stream_, signed_output_.data(), r, c);
  }
  point_.write(stream_, Shat.data.data(), m * r);
  point_.write(stream_, Ut.data.data(), shape_.d * r, m * r);
}

// T without its extrapolation, which the next update makes anew.
template <class Stored>
void CudaRelaxation<Stored>::save(BackendState& into) {
  const DeviceScope scope(this->home_.device());
  Snapshot now;
  read(now, kDual | kPoint);
  into.control = now.control;
  into.Shat = std::move(now.Shat);
  into.Ut = std::move(now.Ut);
  into.tau = std::move(now.tau);
  into.importance.resize(static_cast<std::size_t>(shape_.m));
  Fetch fetch(*this);
  fetch.add(into.importance.data(), importance_.data(), shape_.m * std::int64_t{sizeof(double)});
  fetch.wait();
  into.pairs.clear();
  for (const Multiplier& pair : now.multipliers) into.pairs.push_back({pair.i, pair.j, pair.value, pair.value});
}

template <class Stored>
void CudaRelaxation<Stored>::load(const BackendState& from) {
  const DeviceScope scope(this->home_.device());
  write_point(from.Shat, from.Ut);
  this->take(from.control);
  for (const std::int64_t at : {std::int64_t{0}, shape_.m})
    importance_.write_in_place(from.importance.data(), shape_.m, at);
  tau_.write_in_place(from.tau.data(), shape_.m);
  std::vector<Multiplier> pairs;
  for (const ListedPair& pair : from.pairs) pairs.push_back({pair.i, pair.j, pair.multiplier});
  write_multipliers(pairs);
  stream_.wait();  // what was uploaded is the caller's
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
          shape_.factor_rows(),
          {X_columns_.data(), norms_.data(), padded(shape_.m), shape_.m, shape_.d, mean_kernel_}};
}

template <class Stored>
PanelView CudaRelaxation<Stored>::panel(std::int64_t first_row, std::int64_t first_column) const {
  PanelView view{};
  view.entries = panel_.data();
  view.stride = panel_size_.columns;
  view.first_row = first_row;
  view.rows = std::min(panel_size_.rows, shape_.factor_rows() - first_row);
  view.first_column = first_column;
  view.end_column = std::min(first_column + panel_size_.columns, first_row + view.rows);
  view.partial = panel_sums_.data();
  view.block_stride = panel_blocks_x_;
  view.part_stride = panel_blocks_x_ * panel_blocks_y_;
  view.state = state_.data();
  return view;
}

template <class Stored>
NormalView CudaRelaxation<Stored>::normal() const {
  return {normal_.data(), normal_work_.data(), output_.data(), signed_output_.data(), shape_.rank, shape_.c, gamma_,
          false};
}

template class CudaRelaxation<double>;
template class CudaRelaxation<float>;

}  // namespace burelu::cuda
