// Point to value and gradient, interaction pass apart (cpu_interaction.cpp).
//
//   p_k = (XK)_k Ut, c_k = |p_k| s_k, s_k = shat_k / |shat_k|, a_k = (c_k + p_k)/2, b_k = (c_k - p_k)/2
//   V' = (H'H + gamma I)^-1 H'Y, E = H V' - Y
//   gA = E V - (G F)_A, gB = -(G F)_B, gC = (gA + gB)/2, gP = (gA - gB)/2
//   gShat_k = |p_k| (gC_k - s_k <s_k, gC_k>) / |shat_k|,  gUt = (XK)'(gP + <s, gC> p / |p|) + decay Ut
#include "cpu/cpu_backend.hpp"

#include <cmath>
#include <cstring>

#include "linalg/dense.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr double kTiny = 1e-300;  // keeps 0/0 out of rows with p = 0

}  // namespace

CpuBackend::CpuBackend(const RelaxationData& data, int memory, int threads, double sigma, std::int64_t pairs)
    : CpuDescent<Backend>(memory, threads), data_(data) {
  const index_t rows = data_.factor_rows();
  importance_ = Buffer<double>(rows);
  importance_.fill(1.0);
  sums_ = Buffer<entry::UpdateSums>((rows + kBlockRows - 1) / kBlockRows);
  tau_ = Buffer<double>(data_.m);
  norm_ = Buffer<double>(data_.m);
  residual_ = Buffer<double>(data_.loss_rows() * data_.c);
  control_.dual.sigma = sigma;
  control_.lists.capacity = pairs > 0 ? pairs : rows * (rows - 1) / 2;
  list({});
}

void CpuBackend::write_point(const Matrix& Shat, const Matrix& Ut) {
  rank_ = static_cast<int>(Shat.cols);
  stride_ = (rank_ + isa::kLanes - 1) / isa::kLanes * isa::kLanes;
  resize((data_.m + data_.d) * rank_);
  std::memcpy(shat(point_.data()), Shat.data.data(), Shat.data.size() * sizeof(double));
  std::memcpy(ut(point_.data()), Ut.data.data(), Ut.data.size() * sizeof(double));
  factor_ = Buffer<double>(data_.factor_rows() * stride_);
  gradient_factor_ = Buffer<double>(data_.factor_rows() * stride_);
  activation_ = Buffer<double>(data_.m * rank_);
  loss_rows_ = Buffer<double>(data_.loss_rows() * rank_);
  output_ = Buffer<double>(data_.c * rank_);
  normal_ = Buffer<double>(static_cast<index_t>(rank_) * rank_);
  loss_gradient_ = Buffer<double>(data_.loss_rows() * rank_);
  pulled_ = Buffer<double>(data_.m * rank_);
  decay_product_ = Buffer<double>(data_.d * rank_);
}

void CpuBackend::activations() {
  if (idle()) return;
  const int r = rank_;
  multiply(1.0, data_.XK, {ut(trial_.data()), data_.d, r}, 0.0, activation_.data(), r);
  for (index_t k = 0; k < data_.m; ++k) {
    const double* p = activation_.data() + k * r;
    const double* s = shat(trial_.data()) + k * r;
    double pp = 0.0;
    double ss = 0.0;
    for (int l = 0; l < r; ++l) {
      pp += p[l] * p[l];
      ss += s[l] * s[l];
    }
    norm_[k] = std::sqrt(pp) + kTiny;
    const double scale = norm_[k] / std::sqrt(ss);
    double* a = factor_.data() + k * stride_;
    double* b = factor_.data() + (data_.m + k) * stride_;
    for (int l = 0; l < r; ++l) {
      const double c = scale * s[l];
      a[l] = 0.5 * (c + p[l]);
      b[l] = 0.5 * (c - p[l]);
    }
  }
}

void CpuBackend::gather_loss_rows() {
  const auto bytes = static_cast<std::size_t>(rank_) * sizeof(double);
  for (index_t k = 0; k < data_.m; ++k) std::memcpy(loss_rows_.data() + k * rank_, factor_.data() + k * stride_, bytes);
  for (std::size_t i = 0; i < data_.negative.size(); ++i) {
    const double* b = factor_.data() + (data_.m + data_.negative[i]) * stride_;
    double* h = loss_rows_.data() + (data_.m + static_cast<index_t>(i)) * rank_;
    for (int l = 0; l < rank_; ++l) h[l] = data_.negative_scale[i] * b[l];
  }
}

void CpuBackend::solve_output_weights() {
  const int r = rank_;
  const Operand H(loss_rows_.data(), data_.loss_rows(), r);
  gram(1.0, H, 0.0, normal_.data());
  for (int l = 0; l < r; ++l) normal_[l * r + l] += data_.gamma;
  multiply(1.0, transposed(data_.Y), H, 0.0, output_.data(), r);
  if (cholesky(normal_.data(), r))
    solve_rows(normal_.data(), r, output_.data(), data_.c);
  else
    output_.fill(std::nan(""));  // the line search rejects NaN
}

void CpuBackend::output_layer() {
  if (idle()) return;
  gather_loss_rows();
  solve_output_weights();
  const int r = rank_;
  const index_t rows = data_.loss_rows();
  const Operand V(output_.data(), data_.c, r);
  std::memcpy(residual_.data(), data_.Y.data.data(), data_.Y.data.size() * sizeof(double));
  multiply(1.0, {loss_rows_.data(), rows, r}, transposed(V), -1.0, residual_.data(), data_.c);
  multiply(1.0, {residual_.data(), rows, data_.c}, V, 0.0, loss_gradient_.data(), r);
  const auto& kernels = isa::kernels();
  rules::take_output(control_, kernels.dot(residual_.data(), residual_.data(), residual_.size()),
                     kernels.dot(residual_.data(), data_.Y.data.data(), residual_.size()),
                     kernels.dot(output_.data(), output_.data(), output_.size()), data_.gamma);
}

void CpuBackend::pull_back() {
  if (idle()) return;
  const int r = rank_;
  for (std::size_t i = 0; i < data_.negative.size(); ++i) {  // fold E V of the b rows into -(G F)_B
    double* gb = gradient_factor_.data() + (data_.m + data_.negative[i]) * stride_;
    const double* ev = loss_gradient_.data() + (data_.m + static_cast<index_t>(i)) * r;
    for (int l = 0; l < r; ++l) gb[l] -= data_.negative_scale[i] * ev[l];
  }
  double* out = shat(trial_gradient_.data());
  for (index_t k = 0; k < data_.m; ++k) {
    const double* p = activation_.data() + k * r;
    const double* s = shat(trial_.data()) + k * r;
    const double* ev = loss_gradient_.data() + k * r;
    const double* ga = gradient_factor_.data() + k * stride_;
    const double* gb = gradient_factor_.data() + (data_.m + k) * stride_;
    double ss = 0.0;
    double sg = 0.0;
    for (int l = 0; l < r; ++l) {
      ss += s[l] * s[l];
      sg += s[l] * 0.5 * (ev[l] - ga[l] - gb[l]);
    }
    const double length = std::sqrt(ss);
    sg /= length;  // <s_k, gC_k> with the unit s_k
    tau_[k] = 2.0 * sg / norm_[k];
    for (int l = 0; l < r; ++l) {
      const double gc = 0.5 * (ev[l] - ga[l] - gb[l]);
      const double gp = 0.5 * (ev[l] - ga[l] + gb[l]);
      out[k * r + l] = norm_[k] * (gc - s[l] / length * sg) / length;
      pulled_[k * r + l] = gp + sg * p[l] / norm_[k];
    }
  }
  double* gu = ut(trial_gradient_.data());
  const double* u = ut(trial_.data());
  multiply(1.0, data_.decay, {u, data_.d, r}, 0.0, gu, r);
  const double decay = isa::kernels().dot(u, gu, data_.d * r);
  multiply(1.0, transposed(data_.XK), {pulled_.data(), data_.m, r}, 1.0, gu, r);
  measure_trial(decay);
}

void CpuBackend::judge_update() { rules::judge_update(control_); }

}  // namespace burelu
