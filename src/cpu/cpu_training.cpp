#include "cpu/cpu_training.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/isa/kernels.hpp"
#include "linalg/dense.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kAligned = 8;               // doubles of a cache line
constexpr std::int64_t kParallelEntries = 100000;  // of n x k, below which one thread is faster

double square_sum(const double* x, std::int64_t size) { return isa::kernels().dot(x, x, size); }

}  // namespace

CpuTraining::CpuTraining(const TrainingProblem& problem, int memory, int threads)
    : CpuDescent<TrainingBackend>(memory, threads),
      problem_(problem),
      n_(problem.rows()),
      d_(problem.features()),
      c_(problem.outputs()),
      XK_(n_ * d_),
      KK_(d_ * d_),
      E_(n_ * c_) {
  multiply(1.0, problem.X, problem.K, 0.0, XK_.data(), d_);
  multiply(1.0, transposed(problem.K), problem.K, 0.0, KK_.data(), d_);
}

void CpuTraining::write_network(const Network& network, OutputWeights output) {
  k_ = network.width();
  eliminated_ = output == OutputWeights::eliminated;
  resize(eliminated_ ? d_ * k_ : (d_ + c_) * k_);
  P_ = Buffer<double>(n_ * k_);
  R_ = Buffer<double>(n_ * k_);
  V_ = Buffer<double>(c_ * k_);
  const index_t order = std::min(n_, k_);
  gram_ridge_ = Buffer<double>(eliminated_ ? order * order : 0);
  right_ = Buffer<double>(eliminated_ ? n_ * c_ : 0);

  multiply(1.0, problem_.K_inverse, network.U, 0.0, point_.data(), k_);
  for (index_t i = 0; i < c_ * k_ && !eliminated_; ++i)
    point_[d_ * k_ + i] = network.V.data[static_cast<std::size_t>(i)] / problem_.output_scale;
  hidden_layer(point_.data(), 0.0);
  double sum = 0.0;
  for (index_t i = 0; i < n_ * k_; ++i) sum += std::fabs(P_[i]);
  unit_ = sum / static_cast<double>(std::max<index_t>(n_ * k_, 1));
  smooth(0.0);
}

void CpuTraining::smooth(double width) {
  width_ = width * unit_;
  control_.memory.flush = 1;
  open_window();
}

template <class Work>
void CpuTraining::each_entry(std::int64_t entries, const Work& work) const {
  const auto share = [&](int, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(i);
  };
  (entries > kParallelEntries ? team_ : Team()).share(entries, kAligned, share);
}

void CpuTraining::hidden_layer(const double* Ut, double width) {
  multiply(1.0, {XK_.data(), n_, d_}, {Ut, d_, k_}, 0.0, P_.data(), k_);
  const std::int64_t entries = n_ * k_;
  const double* P = P_.data();
  double* R = R_.data();
  if (width == 0.0) {
    for (std::int64_t i = 0; i < entries; ++i) R[i] = P[i] > 0.0 ? P[i] : 0.0;
    return;
  }
  each_entry(entries, [&](std::int64_t i) { R[i] = entry::smooth_relu(P[i], width); });
}

void CpuTraining::output_weights(const double* z) {
  if (!eliminated_) {
    for (index_t i = 0; i < c_ * k_; ++i) V_[i] = problem_.output_scale * z[d_ * k_ + i];
    return;
  }
  // A shift of rounding size where g is below it: V is then optimal for almost the same problem.
  if (solve_ridge(0.0)) return;
  const double shift = 1e-13 * square_sum(R_.data(), n_ * k_);
  if (!std::isfinite(shift) || !solve_ridge(shift)) V_.fill(std::nan(""));  // the trial will be rejected
}

// V' = (R'R + gI)^-1 R'Y = R'(RR' + gI)^-1 Y, whichever system is smaller.
bool CpuTraining::solve_ridge(double shift) {
  const bool narrow = k_ <= n_;
  const index_t order = narrow ? k_ : n_;
  const Operand R(R_.data(), n_, k_);
  gram(1.0, narrow ? R : transposed(R), 0.0, gram_ridge_.data());
  for (index_t i = 0; i < order; ++i) gram_ridge_[i * order + i] += problem_.gamma + shift;
  if (!cholesky(gram_ridge_.data(), order)) return false;
  if (narrow) {
    multiply(1.0, transposed(problem_.Y), R, 0.0, V_.data(), k_);
    solve_rows(gram_ridge_.data(), order, V_.data(), c_);
    return true;
  }
  for (index_t i = 0; i < n_; ++i)
    for (index_t j = 0; j < c_; ++j) right_[j * n_ + i] = problem_.Y(i, j);
  solve_rows(gram_ridge_.data(), order, right_.data(), c_);
  multiply(1.0, {right_.data(), c_, n_}, R, 0.0, V_.data(), k_);
  return true;
}

void CpuTraining::residual() {
  std::memcpy(E_.data(), problem_.Y.data.data(), static_cast<std::size_t>(n_ * c_) * sizeof(double));
  multiply(1.0, {R_.data(), n_, k_}, transposed({V_.data(), c_, k_}), -1.0, E_.data(), c_);
}

// dV = E'R + g V, in units of Vt.
void CpuTraining::output_gradient() {
  if (eliminated_) return;
  double* out = trial_gradient_.data() + d_ * k_;
  const double q = problem_.output_scale;
  for (index_t i = 0; i < c_ * k_; ++i) out[i] = q * problem_.gamma * V_[i];
  multiply(q, transposed({E_.data(), n_, c_}), {R_.data(), n_, k_}, 1.0, out, k_);
}

// dUt = (XK)'((E V) o relu'(P)) + g K'K Ut; R is overwritten. Returns g ||U||^2.
double CpuTraining::input_gradient(const double* Ut) {
  double* out = trial_gradient_.data();
  multiply(problem_.gamma, {KK_.data(), d_, d_}, {Ut, d_, k_}, 0.0, out, k_);
  const double decay = isa::kernels().dot(out, Ut, d_ * k_);
  multiply(1.0, {E_.data(), n_, c_}, {V_.data(), c_, k_}, 0.0, R_.data(), k_);
  const std::int64_t entries = n_ * k_;
  const double width = width_;
  const double* P = P_.data();
  double* R = R_.data();
  if (width == 0.0) {
    for (std::int64_t i = 0; i < entries; ++i) R[i] = P[i] > 0.0 ? R[i] : 0.0;
  } else {
    each_entry(entries, [&](std::int64_t i) { R[i] *= entry::smooth_relu_slope(P[i], width); });
  }
  multiply(1.0, transposed({XK_.data(), n_, d_}), {R_.data(), n_, k_}, 1.0, out, k_);
  return decay;
}

void CpuTraining::network_pass() {
  if (idle()) return;
  const double* z = trial_.data();
  hidden_layer(z, width_);
  output_weights(z);
  residual();
  rules::take_network(control_, square_sum(E_.data(), n_ * c_), square_sum(V_.data(), c_ * k_), problem_.gamma);
  output_gradient();
  measure_trial(input_gradient(z));
}

void CpuTraining::read(Snapshot& into, unsigned what) {
  into.control = control_;
  if ((what & kGradient) != 0U) {
    into.gradient_Ut = Matrix(d_, k_);
    into.gradient_Shat = Matrix(eliminated_ ? 0 : c_, k_);
    std::copy_n(gradient_.data(), d_ * k_, into.gradient_Ut.data.begin());
    if (!eliminated_) std::copy_n(gradient_.data() + d_ * k_, c_ * k_, into.gradient_Shat.data.begin());
  }
  if ((what & kFactor) == 0U) return;
  hidden_layer(point_.data(), 0.0);
  output_weights(point_.data());
  into.U = Matrix(d_, k_);
  into.V = Matrix(c_, k_);
  multiply(1.0, problem_.K, {point_.data(), d_, k_}, 0.0, into.U.data.data(), k_);
  std::copy_n(V_.data(), c_ * k_, into.V.data.begin());
}

}  // namespace burelu
