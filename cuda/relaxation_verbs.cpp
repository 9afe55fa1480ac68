// The verbs of the relaxation, as products and kernels on one stream. Shapes as in rows.hpp; P, H, V, E, G as in
// src/cpu/cpu_backend.cpp.
#include <algorithm>

#include "output_rule.hpp"
#include "relaxation.hpp"

namespace burelu::cuda {

template <class Stored>
void CudaRelaxation<Stored>::activations() {
  const auto turn = this->begin(Verb::activations);
  if (!turn) return;
  const std::int64_t r = shape_.rank;
  const double* Ut = trial_.data() + unknown_shat();
  blas_.product(shape_.m, r, shape_.d, {XK_.data(), shape_.d}, {Ut, r}, activation_.data(), r);
  factor_rows(stream_, rows());
}

template <class Stored>
void CudaRelaxation<Stored>::output_layer() {
  const auto turn = this->begin(Verb::output_layer);
  if (!turn) return;
  const std::int64_t r = shape_.rank;
  const std::int64_t c = shape_.c;
  const std::int64_t n = shape_.loss_rows;
  const Operand H{loss_rows_.data(), r + c};  // with Y behind it
  gather_loss_rows(stream_, rows(), loss_rows_.data(), r + c);
  blas_.product(r + c, r, n, transposed(H.data, r + c), H, normal_.data(), r);
  solve_normal_equations(stream_, normal());
  blas_.product(n, c, r + c, H, transposed(signed_output_.data(), r + c), residual_.data(), c);  // H V' - Y
  blas_.product(n, r, c, {residual_.data(), c}, {output_.data(), r}, loss_gradient_.data(), r);
  measure_output(stream_, {residual_.data(), Y_.data(), output_.data(), n * c, c * r, gamma_}, view());
}

template <class Stored>
void CudaRelaxation<Stored>::run_panels(Pass pass) {
  panel_sums_.zero();
  for (std::int64_t row = 0; row < shape_.factor_rows(); row += panel_size_.rows) {
    const std::int64_t end = std::min(row + panel_size_.rows, shape_.factor_rows());
    for (std::int64_t column = 0; column < end; column += panel_size_.columns) run_panel(pass, panel(row, column));
  }
}

template <class Stored>
void CudaRelaxation<Stored>::run_panel(Pass pass, const PanelView& p) {
  const std::int64_t r = shape_.rank;
  const Operand rows_of_panel{factor_.data() + p.first_row * r, r};
  const double* columns_of_panel = factor_.data() + p.first_column * r;
  double* gradient = gradient_factor_.data();
  blas_.product(p.rows, p.columns(), r, rows_of_panel, transposed(columns_of_panel, r), p.entries, p.stride);
  if (pass == Pass::evaluate) {
    cuda::interaction_pass(stream_, p, pairs());
  } else {
    cuda::update_multipliers(stream_, p, pairs());
  }
  // The first panel of some rows touches them for the first time: panels of earlier rows reached rows above only.
  const bool touched = p.first_column > 0;
  blas_.product(p.rows, r, p.columns(), {p.entries, p.stride}, {columns_of_panel, r}, gradient + p.first_row * r, r,
                touched);
  blas_.product(p.columns(), r, p.rows, transposed(p.entries, p.stride), rows_of_panel, gradient + p.first_column * r,
                r, true);
}

template <class Stored>
void CudaRelaxation<Stored>::interaction_pass() {
  const auto turn = this->begin(Verb::interaction_pass);
  if (!turn) return;
  run_panels(Pass::evaluate);
  finish_pass(stream_, panel(0, 0));
}

template <class Stored>
void CudaRelaxation<Stored>::update_multipliers() {
  const auto turn = this->begin(Verb::update_multipliers);
  if (!turn) return;
  run_panels(Pass::update);
  finish_update(stream_, panel(0, 0));
}

template <class Stored>
void CudaRelaxation<Stored>::pull_back() {
  const auto turn = this->begin(Verb::pull_back);
  if (!turn) return;
  const std::int64_t r = shape_.rank;
  const std::int64_t d = shape_.d;
  const double* Ut = trial_.data() + unknown_shat();
  double* gradient = trial_gradient_.data() + unknown_shat();
  pull_rows(stream_, rows(),
            {gradient_factor_.data(), loss_gradient_.data(), trial_gradient_.data(), pulled_.data(), tau_.data()});
  blas_.product(d, r, d, {decay_.data(), d}, {Ut, r}, decay_product_.data(), r);
  check(cudaMemcpyAsync(gradient, decay_product_.data(), decay_product_.bytes(), cudaMemcpyDeviceToDevice, stream_),
        "cudaMemcpyAsync");
  blas_.product(d, r, shape_.m, transposed(XK_.data(), d), {pulled_.data(), r}, gradient, r, true);
  this->measure({Ut, decay_product_.data(), d * r});
}

template <class Stored>
void CudaRelaxation<Stored>::judge_update() {
  if (const auto turn = this->begin(Verb::judge_update)) cuda::judge_update(stream_, view());
}

template <class Stored>
void CudaRelaxation<Stored>::extrapolate() {
  if (const auto turn = this->begin(Verb::extrapolate)) cuda::extrapolate(stream_, pairs(), state_.data());
}

template <class Stored>
void CudaRelaxation<Stored>::reweigh() {
  const auto turn = this->begin(Verb::reweigh);
  if (!turn) return;
  cuda::reweigh(stream_, pairs(), importance_.data(), next_importance_.data(), tau_.data(), state_.data());
}

// One wait; more where there are many more multipliers than at the last read, or more than a panel holds.
template <class Stored>
void CudaRelaxation<Stored>::read(Snapshot& into, unsigned what) {
  const DeviceScope scope(this->home_.device());
  const std::int64_t r = shape_.rank;
  const std::int64_t m = shape_.m;
  const std::int64_t d = shape_.d;
  Fetch fetch(*this);
  fetch.add(&into.control, state_.data(), sizeof(Control));
  if ((what & kFactor) != 0U) {
    fetch.add(into.A = Matrix(m, r), factor_.data());
    fetch.add(into.V = Matrix(shape_.c, r), output_.data());
    blas_.product(d, r, d, {K_.data(), d}, {point_.data() + m * r, r}, decay_product_.data(), r);
    fetch.add(into.U = Matrix(d, r), decay_product_.data());
  }
  if ((what & kPoint) != 0U) {
    fetch.add(into.Shat = Matrix(m, r), point_.data());
    fetch.add(into.Ut = Matrix(d, r), point_.data() + m * r);
  }
  if ((what & kGradient) != 0U) {
    fetch.add(into.gradient_Shat = Matrix(m, r), gradient_.data());
    fetch.add(into.gradient_Ut = Matrix(d, r), gradient_.data() + m * r);
  }
  if ((what & kDual) == 0U) return fetch.wait();
  into.tau.resize(static_cast<std::size_t>(m));
  fetch.add(into.tau.data(), tau_.data(), m * std::int64_t{sizeof(double)});
  fetch.add(into.E = Matrix(shape_.loss_rows, shape_.c), residual_.data());
  read_multipliers(into, fetch);
}

// The panel is free between passes: it takes the triplets, as many at a time as fit. As many are fetched at first as
// there were last time, and some more.
template <class Stored>
void CudaRelaxation<Stored>::read_multipliers(Snapshot& into, Fetch& fetch) {
  constexpr std::int64_t kBytes = sizeof(Multiplier);
  constexpr std::int64_t kSlack = 65536;
  const std::int64_t capacity = panel_.size() * 8 / kBytes;
  auto* triplets = reinterpret_cast<Multiplier*>(panel_.data());
  const std::int64_t guess = std::min(last_count_ + last_count_ / 4 + kSlack, capacity);
  std::int64_t count = 0;
  count_multipliers(stream_, pairs(), offsets_.data());
  list_multipliers(stream_, pairs(), offsets_.data(), 0, capacity, triplets);
  into.multipliers.resize(static_cast<std::size_t>(guess));
  fetch.add(into.multipliers.data(), triplets, guess * kBytes);
  fetch.add(&count, offsets_.data() + shape_.factor_rows(), sizeof(count));
  fetch.wait();
  into.multipliers.resize(static_cast<std::size_t>(count));
  for (std::int64_t begin = guess; begin < count; begin += capacity) {
    const std::int64_t part = std::min(capacity, count - begin);
    list_multipliers(stream_, pairs(), offsets_.data(), begin, capacity, triplets);
    fetch.add(into.multipliers.data() + begin, triplets, part * kBytes);
    fetch.wait();
  }
  last_count_ = count;
}

template <class Stored>
void CudaRelaxation<Stored>::write_multipliers(const std::vector<Multiplier>& from) {
  const DeviceScope scope(this->home_.device());
  const auto count = static_cast<std::int64_t>(from.size());
  const std::int64_t capacity = panel_.size() * 8 / std::int64_t{sizeof(Multiplier)};
  auto* triplets = reinterpret_cast<Multiplier*>(panel_.data());
  for (std::int64_t begin = 0; begin < count; begin += capacity) {
    const std::int64_t part = std::min(capacity, count - begin);
    stream_.upload(triplets, from.data() + begin, static_cast<std::size_t>(part) * sizeof(Multiplier));
    cuda::write_multipliers(stream_, pairs(), triplets, part);
  }
}

template class CudaRelaxation<double>;
template class CudaRelaxation<float>;

}  // namespace burelu::cuda
