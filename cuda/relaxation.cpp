// Set-up of the relaxation on the device: what is allocated, and the way in.
#include "relaxation.hpp"

#include <algorithm>
#include <utility>

#include "reduction_sizes.hpp"

namespace burelu::cuda {
namespace {

std::vector<double> by_columns(const Matrix& X) {
  std::vector<double> out(X.data.size());
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t l = 0; l < X.cols; ++l) out[static_cast<std::size_t>(l * X.rows + i)] = X(i, l);
  return out;
}

}  // namespace

// Rounded up to whole doubles where a buffer holds something smaller.
std::int64_t CudaRelaxation::fixed_doubles(const CudaShape& s) {
  const std::int64_t all = s.factor_rows();
  const std::int64_t features = 2 * s.m * s.d + 2 * s.d * s.d;
  const std::int64_t negatives = s.loss_rows - s.m;
  const std::int64_t rows = 3 * s.m + 3 * all + (negatives + 1) / 2 + negatives;
  const std::int64_t sample = sample_size(s.m) * std::int64_t{sizeof(SampledPair)} / 8;
  return PairLists::doubles(all, s.pairs) + features + rows + sample + 2 * s.loss_rows * s.c +
         kUpdateSums * kPassBlocks + CudaDescent<Backend>::fixed_doubles(s.memory);
}

std::int64_t CudaRelaxation::rank_doubles(const CudaShape& s) {
  const std::int64_t r = s.rank;
  const std::int64_t loss = s.loss_rows * (r + s.c) + s.loss_rows * r + (r + s.c) * r + normal_work_doubles(r, s.c) +
                            s.c * r + s.c * (r + s.c);
  const std::int64_t unit = s.m * r;  // of float
  return RowExchange::doubles(s.ranks, s.factor_rows(), r) + 2 * (s.factor_rows() + s.m) * r + unit + s.d * r + loss +
         CudaDescent<Backend>::sized_doubles((s.m + s.d) * r, s.memory);
}

CudaRelaxation::CudaRelaxation(const RelaxationData& data, const BackendOptions& options, int device,
                               const CudaTuning& tuning, std::unique_ptr<NcclWay> way)
    : CudaDescent<Backend>(options.memory, device),
      shape_(cuda_shape(data, options, tuning)),
      gamma_(data.gamma),
      mean_kernel_(data.mean_kernel),
      may_grow_(options.pairs == 0),
      lists_(data.factor_rows(), shape_.pairs, stream_, state_.data()) {
  shape_.rank = 0;  // nothing is allocated for a rank yet
  if (shape_.ranks > 1)
    exchange_ = std::make_unique<RowExchange>(*options.ranks, std::move(way), data.factor_rows(), stream_);
  upload(data);
  write_penalty(stream_, state_.data(), options.sigma);
}

void CudaRelaxation::upload(const RelaxationData& data) {
  const auto copy = [this](DeviceBuffer<double>& to, const std::vector<double>& from) {
    to = DeviceBuffer<double>(static_cast<std::int64_t>(from.size()), stream_);
    to.write(stream_, from.data(), to.size());
  };
  copy(XK_, data.XK.data);
  copy(X_columns_, by_columns(data.X));
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
  row_norm_ = DeviceBuffer<double>(data.factor_rows(), stream_);
  pass_sums_ = DeviceBuffer<double>(kUpdateSums * kPassBlocks, stream_);
  sample_ = DeviceBuffer<SampledPair>(static_cast<std::int64_t>(data.sample.size()), stream_);
  sample_.write(stream_, data.sample.data(), sample_.size());
  for (const DeviceBuffer<double>* buffer : {&tau_, &residual_}) buffer->zero();
}

void CudaRelaxation::write_point(const Matrix& Shat, const Matrix& Ut) {
  const DeviceScope scope(home_.device());
  const bool same = Shat.cols == shape_.rank;
  const std::int64_t m = shape_.m;
  const std::int64_t c = shape_.c;
  const std::int64_t r = Shat.cols;
  resize((m + shape_.d) * r, same);
  if (!same) {
    shape_.rank = r;
    const auto sized = [this](DeviceBuffer<double>& buffer, std::int64_t size) {
      buffer = {};  // released before the new one is asked for
      buffer = DeviceBuffer<double>(size, stream_);
    };
    sized(factor_, shape_.factor_rows() * r);
    sized(gradient_factor_, shape_.factor_rows() * r);
    unit_ = {};
    unit_ = DeviceBuffer<float>(shape_.factor_rows() * r, stream_);
    sized(activation_, m * r);
    sized(pulled_, m * r);
    sized(decay_product_, shape_.d * r);
    sized(loss_rows_, shape_.loss_rows * (r + c));
    sized(loss_gradient_, shape_.loss_rows * r);
    sized(normal_, (r + c) * r);
    sized(normal_work_, normal_work_doubles(r, c));
    sized(output_, c * r);
    sized(signed_output_, c * (r + c));
    if (exchange_) exchange_->resize(r);
    check(cudaMemcpy2DAsync(loss_rows_.data() + r, static_cast<std::size_t>(r + c) * sizeof(double), Y_.data(),
                            static_cast<std::size_t>(c) * sizeof(double), static_cast<std::size_t>(c) * sizeof(double),
                            static_cast<std::size_t>(shape_.loss_rows), cudaMemcpyDeviceToDevice, stream_),
          "cudaMemcpy2DAsync");
    write_minus_identity(stream_, signed_output_.data(), r, c);
  }
  point_.write(stream_, Shat.data.data(), m * r);
  point_.write(stream_, Ut.data.data(), shape_.d * r, m * r);
}

void CudaRelaxation::save(BackendState& into) {
  const DeviceScope scope(home_.device());
  Snapshot now;
  Fetch fetch(*this);
  into.importance.resize(static_cast<std::size_t>(shape_.m));
  into.tau.resize(static_cast<std::size_t>(shape_.m));
  fetch.add(into.importance.data(), importance_.data(), shape_.m * std::int64_t{sizeof(double)});
  fetch.add(into.tau.data(), tau_.data(), shape_.m * std::int64_t{sizeof(double)});
  cuda::list_carried(stream_, pairs(), lists_.counts(), lists_.outgoing<ListedPair>());
  fetch_listed(fetch, into.pairs);
  gather(into.pairs);
  read(now, kPoint);
  into.control = now.control;
  into.Shat = std::move(now.Shat);
  into.Ut = std::move(now.Ut);
}

void CudaRelaxation::load(const BackendState& from) {
  const DeviceScope scope(home_.device());
  write_point(from.Shat, from.Ut);
  take(from.control);
  for (const std::int64_t at : {std::int64_t{0}, shape_.m})
    importance_.write(stream_, from.importance.data(), shape_.m, at);
  tau_.write(stream_, from.tau.data(), shape_.m);
  lists_.take(from.pairs, state_.data(), share());
  weigh_list(stream_, pairs());
}

void CudaRelaxation::write_multipliers(const std::vector<Multiplier>& from) {
  const DeviceScope scope(home_.device());
  std::vector<ListedPair> listed;
  listed.reserve(from.size());
  for (const Multiplier& pair : from) listed.push_back({pair.i, pair.j, pair.value, pair.value});
  lists_.take(std::move(listed), state_.data(), share());
  weigh_list(stream_, pairs());
}

// The list that the last scan cut gets the room that it wanted and a quarter more, as far as there is any: between
// windows, where the host waits anyway.
void CudaRelaxation::make_room(const Lists& seen, std::int64_t most) {
  constexpr double kAhead = 1.25;
  constexpr double kOfFree = 0.9;
  if (!may_grow_ || seen.wanted <= lists_.capacity()) return;
  const std::int64_t rows = shape_.factor_rows();
  auto wanted = static_cast<std::int64_t>(kAhead * static_cast<double>(seen.wanted));
  if (most > 0) wanted = std::min(wanted, most + most / 4);  // fresh_room
  const auto free = static_cast<std::int64_t>(kOfFree * static_cast<double>(cuda_free_memory(home_.device())));
  std::int64_t capacity = std::min(first_capacity(rows, wanted), lists_.most_capacity(free));
  if (exchange_) capacity = least(exchange_->ranks(), capacity);
  if (capacity > lists_.capacity()) lists_.grow(capacity, state_.data());
}

RowsView CudaRelaxation::rows() const {
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

PairView CudaRelaxation::pairs() const {
  return {lists_.list(),
          state_.data(),
          {X_columns_.data(), norms_.data(), importance_.data(), shape_.m, shape_.d, mean_kernel_}};
}

PassView CudaRelaxation::pass() const {
  return {pairs(), factor_.data(), gradient_factor_.data(), shape_.rank, pass_sums_.data(), share()};
}

NormalView CudaRelaxation::normal() const {
  return {normal_.data(), normal_work_.data(), output_.data(), signed_output_.data(), shape_.rank, shape_.c, gamma_,
          false};
}

}  // namespace burelu::cuda
