// The verbs of the relaxation, as products and kernels on one stream. Shapes as in rows.hpp; P, H, V, E, G as in
// src/cpu/cpu_backend.cpp.
#include <algorithm>

#include "output_rule.hpp"
#include "relaxation.hpp"

namespace burelu::cuda {

void CudaRelaxation::activations() {
  const auto turn = begin(Verb::activations);
  if (!turn) return;
  const std::int64_t r = shape_.rank;
  const double* Ut = trial_.data() + unknown_shat();
  blas_.product(shape_.m, r, shape_.d, {XK_.data(), shape_.d}, {Ut, r}, activation_.data(), r);
  factor_rows(stream_, rows());
}

void CudaRelaxation::output_layer() {
  const auto turn = begin(Verb::output_layer);
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

void CudaRelaxation::interaction_pass() {
  const auto turn = begin(Verb::interaction_pass);
  if (!turn) return;
  pass_rows(stream_, pass());
  exchange_rows(RowExchange::kPenalty);
  finish_pass(stream_, pass());
}

void CudaRelaxation::scan() {
  const auto turn = begin(Verb::scan);
  if (!turn) return;
  const ScanView view{pairs(), factor_.data(), shape_.rank, unit_.data(), row_norm_.data(), lists_.counts(), share()};
  exchange_ ? scan_shared(view) : cuda::scan(stream_, view);
}

void CudaRelaxation::update_multipliers() {
  const auto turn = begin(Verb::update_multipliers);
  if (!turn) return;
  update_rows(stream_, pass());
  exchange_rows(RowExchange::kUpdate);
  finish_update(stream_, pass(), sample_.data(), sample_.size());
}

void CudaRelaxation::pull_back() {
  const auto turn = begin(Verb::pull_back);
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
  measure({Ut, decay_product_.data(), d * r});
}

void CudaRelaxation::judge_update() {
  if (const auto turn = begin(Verb::judge_update)) cuda::judge_update(stream_, view());
}

void CudaRelaxation::extrapolate() {
  if (const auto turn = begin(Verb::extrapolate)) cuda::extrapolate(stream_, pairs());
}

void CudaRelaxation::reweigh() {
  if (const auto turn = begin(Verb::reweigh))
    cuda::reweigh(stream_, pairs(), importance_.data(), next_importance_.data(), tau_.data());
}

// One wait; another where there are many more multipliers than at the last read. All but those is rank 0's to read.
void CudaRelaxation::read(Snapshot& into, unsigned what) {
  if (share().rank > 0) what &= unsigned{kDual};
  const DeviceScope scope(home_.device());
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
  if ((what & kDual) != 0U)
    read_multipliers(into, fetch);
  else
    fetch.wait();
  make_room(into.control.lists, into.control.settings.most);
}

void CudaRelaxation::read_multipliers(Snapshot& into, Fetch& fetch) {
  const std::int64_t m = shape_.m;
  into.tau.resize(static_cast<std::size_t>(m));
  fetch.add(into.tau.data(), tau_.data(), m * std::int64_t{sizeof(double)});
  fetch.add(into.E = Matrix(shape_.loss_rows, shape_.c), residual_.data());
  list_multipliers(stream_, pairs(), lists_.counts(), lists_.outgoing<Multiplier>());
  fetch_listed(fetch, into.multipliers);
  gather(into.multipliers);
}

// What was written to the draft. As much is fetched at first as there was last time, and some more.
template <class Out>
void CudaRelaxation::fetch_listed(Fetch& fetch, std::vector<Out>& out) {
  constexpr std::int64_t kBytes = sizeof(Out);
  constexpr std::int64_t kSlack = 65536;
  const Out* listed = lists_.outgoing<Out>();
  const std::int64_t guess = std::min(last_count_ + last_count_ / 4 + kSlack, lists_.capacity());
  Counter total = 0;
  out.resize(static_cast<std::size_t>(guess));
  fetch.add(out.data(), listed, guess * kBytes);
  fetch.add(&total, lists_.counts() + shape_.factor_rows(), sizeof(total));
  fetch.wait();
  const auto count = static_cast<std::int64_t>(total);
  out.resize(static_cast<std::size_t>(count));
  if (count > guess) {
    fetch.add(out.data() + guess, listed + guess, (count - guess) * kBytes);
    fetch.wait();
  }
  last_count_ = count;
}

template void CudaRelaxation::fetch_listed(Fetch&, std::vector<ListedPair>&);

}  // namespace burelu::cuda
