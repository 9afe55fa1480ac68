// Point to value and gradient, interaction pass apart (cpu_interaction.cpp).
//
//   p_k = (XK)_k Ut, c_k = |p_k| s_k, s_k = shat_k / |shat_k|, a_k = (c_k + p_k)/2, b_k = (c_k - p_k)/2
//   V' = (H'H + gamma I)^-1 H'Y, E = H V' - Y
//   gA = E V - (G F)_A, gB = -(G F)_B, gC = (gA + gB)/2, gP = (gA - gB)/2
//   gShat_k = |p_k| (gC_k - s_k <s_k, gC_k>) / |shat_k|,  gUt = (XK)'(gP + <s, gC> p / |p|) + decay Ut
#include "cpu/cpu_backend.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "linalg/dense.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr double kTiny = 1e-300;     // keeps 0/0 out of rows with p = 0
constexpr double kWorthATeam = 5e6;  // flops, as in linalg/products.cpp

}  // namespace

CpuBackend::CpuBackend(const RelaxationData& data, int memory, int threads, double sigma, std::int64_t pairs,
                       Ranks& ranks)
    : CpuDescent<Backend>(memory, threads), data_(data), lines_(data_, ranks) {
  const index_t rows = data_.factor_rows();
  for (const index_t half : {index_t{0}, data_.m})
    for (const LineGroup& group : lines_.own())
      for (index_t begin = group.begin; begin < group.end; begin += kBlockRows)
        blocks_.push_back({half + begin, half + std::min(begin + kBlockRows, group.end), group.slot});
  importance_ = Buffer<double>(rows);
  importance_.fill(1.0);
  block_sums_ = Buffer<entry::UpdateSums>(static_cast<std::int64_t>(blocks_.size()));
  normal_sums_ = SlotSums(lines_.plan());
  sums_ = SlotSums(lines_.plan());
  tau_ = Buffer<double>(data_.m);
  norm_ = Buffer<double>(lines_.lines());
  residual_ = Buffer<double>(lines_.loss_rows() * data_.c);
  targets_ = Buffer<double>(lines_.loss_rows() * data_.c);
  for (const LineGroup& group : lines_.own()) {
    double* to = targets_.data() + group.loss * data_.c;
    std::copy_n(data_.Y.row(group.begin), group.lines() * data_.c, to);
    std::copy_n(data_.Y.row(data_.m + group.first_negative), group.negatives() * data_.c, to + group.lines() * data_.c);
  }
  control_.dual.sigma = sigma;
  control_.lists.capacity = pairs > 0 ? pairs : rows * (rows - 1) / 2;
  list({});
}

void CpuBackend::write_point(const Matrix& Shat, const Matrix& Ut) {
  rank_ = static_cast<int>(Shat.cols);
  stride_ = (rank_ + isa::kLanes - 1) / isa::kLanes * isa::kLanes;
  std::vector<Piece> pieces;
  for (const LineGroup& group : lines_.own())
    pieces.push_back({group.local * rank_, (group.local + group.lines()) * rank_, group.slot});
  const index_t own = lines_.lines() * rank_;
  pieces.push_back({own, own + data_.d * rank_, lines_.ranks().rank() == 0 ? lines_.shared_slot() : -1});
  resize(std::move(pieces), lines_.plan());
  for (const LineGroup& group : lines_.own())
    std::copy_n(Shat.row(group.begin), group.lines() * rank_, shat(point_.data()) + group.local * rank_);
  std::memcpy(ut(point_.data()), Ut.data.data(), Ut.data.size() * sizeof(double));
  factor_ = Buffer<double>(data_.factor_rows() * stride_);
  gradient_factor_ = Buffer<double>(data_.factor_rows() * stride_);
  packed_ = Buffer<double>(lines_.ranks().size() > 1 ? data_.factor_rows() * rank_ : 0);
  activation_ = Buffer<double>(lines_.lines() * rank_);
  loss_rows_ = Buffer<double>(lines_.loss_rows() * rank_);
  output_ = Buffer<double>(data_.c * rank_);
  normal_ = Buffer<double>(static_cast<index_t>(rank_ + data_.c) * rank_);
  loss_gradient_ = Buffer<double>(lines_.loss_rows() * rank_);
  pulled_ = Buffer<double>(lines_.lines() * rank_);
  sums_.begin(data_.d * rank_ + kSums);
}

template <class Work>
void CpuBackend::each_group(double flops, const Work& work) const {
  const auto count = static_cast<std::int64_t>(lines_.own().size());
  const auto one = [&](std::int64_t k) { work(lines_.own()[static_cast<std::size_t>(k)]); };
  if (flops * static_cast<double>(lines_.lines()) > kWorthATeam) return team_.each(count, one);
  for (std::int64_t k = 0; k < count; ++k) one(k);
}

void CpuBackend::activations() {
  if (idle()) return;
  each_group(static_cast<double>(rank_ * (2 * data_.d + 16)), [this](const LineGroup& group) { activate(group); });
  exchange_factor();
}

void CpuBackend::activate(const LineGroup& group) {
  const int r = rank_;
  double* P = activation_.data() + group.local * r;
  multiply(1.0, {data_.XK.row(group.begin), group.lines(), data_.d}, {ut(trial_.data()), data_.d, r}, 0.0, P, r);
  for (index_t k = 0; k < group.lines(); ++k) {
    const double* p = P + k * r;
    const double* s = shat(trial_.data()) + (group.local + k) * r;
    double pp = 0.0;
    double ss = 0.0;
    for (int l = 0; l < r; ++l) {
      pp += p[l] * p[l];
      ss += s[l] * s[l];
    }
    double& norm = norm_[group.local + k];
    norm = std::sqrt(pp) + kTiny;
    const double scale = norm / std::sqrt(ss);
    double* a = factor_.data() + (group.begin + k) * stride_;
    double* b = factor_.data() + (data_.m + group.begin + k) * stride_;
    for (int l = 0; l < r; ++l) {
      const double c = scale * s[l];
      a[l] = 0.5 * (c + p[l]);
      b[l] = 0.5 * (c - p[l]);
    }
  }
}

// The other ranks' rows of F, without their padding.
void CpuBackend::exchange_factor() {
  if (lines_.ranks().size() == 1) return;
  const index_t pair = std::int64_t{2} * rank_;
  const auto each = [&](bool own, const auto& copy) {
    index_t at = 0;  // lines
    for (const LineGroup& group : lines_.all())
      for (index_t k = group.begin; k < group.end; ++k, ++at)
        if ((group.rank == lines_.ranks().rank()) == own)
          for (const index_t half : {index_t{0}, index_t{1}})
            copy(packed_.data() + at * pair + half * rank_, factor_.data() + (half * data_.m + k) * stride_);
  };
  each(true, [this](double* packed, const double* row) { std::copy_n(row, rank_, packed); });
  lines_.ranks().share(packed_.data(), lines_.line_ends(), pair);
  each(false, [this](const double* packed, double* row) { std::copy_n(packed, rank_, row); });
}

void CpuBackend::gather_loss_rows(const LineGroup& group) {
  const auto bytes = static_cast<std::size_t>(rank_) * sizeof(double);
  double* h = loss_rows_.data() + group.loss * rank_;
  for (index_t k = group.begin; k < group.end; ++k, h += rank_) std::memcpy(h, factor_.data() + k * stride_, bytes);
  for (auto i = static_cast<std::size_t>(group.first_negative); i < static_cast<std::size_t>(group.last_negative);
       ++i, h += rank_) {
    const double* b = factor_.data() + (data_.m + data_.negative[i]) * stride_;
    for (int l = 0; l < rank_; ++l) h[l] = data_.negative_scale[i] * b[l];
  }
}

void CpuBackend::solve_output_weights() {
  const int r = rank_;
  normal_sums_.begin((r + data_.c) * r);
  each_group(static_cast<double>(r * (r + 2 * data_.c)), [&](const LineGroup& group) {
    gather_loss_rows(group);
    const index_t rows = group.lines() + group.negatives();
    const Operand H(loss_rows_.data() + group.loss * r, rows, r);
    double* sums = normal_sums_.at(group.slot);
    gram(1.0, H, 0.0, sums);
    multiply(1.0, transposed({targets_.data() + group.loss * data_.c, rows, data_.c}), H, 0.0, sums + r * r, r);
  });
  normal_sums_.add_up(normal_.data());
  std::copy_n(normal_.data() + r * r, data_.c * r, output_.data());
  for (int l = 0; l < r; ++l) normal_[l * r + l] += data_.gamma;
  if (cholesky(normal_.data(), r))
    solve_rows(normal_.data(), r, output_.data(), data_.c);
  else
    output_.fill(std::nan(""));  // the line search rejects NaN
}

void CpuBackend::output_layer() {
  if (idle()) return;
  solve_output_weights();
  const int r = rank_;
  const index_t c = data_.c;
  const Operand V(output_.data(), c, r);
  sums_.begin(data_.d * r + kSums);
  each_group(static_cast<double>(4 * r * c), [&](const LineGroup& group) {
    const index_t rows = group.lines() + group.negatives();
    double* E = residual_.data() + group.loss * c;
    const double* Y = targets_.data() + group.loss * c;
    std::copy_n(Y, rows * c, E);
    multiply(1.0, {loss_rows_.data() + group.loss * r, rows, r}, transposed(V), -1.0, E, c);
    multiply(1.0, {E, rows, c}, V, 0.0, loss_gradient_.data() + group.loss * r, r);
    double* sums = sums_.at(group.slot) + data_.d * r;
    sums[kResidual] = isa::kernels().dot(E, E, rows * c);
    sums[kTargets] = isa::kernels().dot(E, Y, rows * c);
  });
}

void CpuBackend::pull_back() {
  if (idle()) return;
  const index_t size = data_.d * rank_;
  each_group(static_cast<double>(rank_ * (2 * data_.d + 20)),
             [&](const LineGroup& group) { pull_rows(group, sums_.at(group.slot)); });
  const double* u = ut(trial_.data());
  std::vector<double> decayed(static_cast<std::size_t>(size));
  multiply(1.0, data_.decay, {u, data_.d, rank_}, 0.0, decayed.data(), rank_);
  if (lines_.ranks().rank() == 0) std::copy(decayed.begin(), decayed.end(), sums_.at(lines_.shared_slot()));
  std::vector<double> total(static_cast<std::size_t>(size + kSums));
  sums_.add_up(total.data());
  double* gu = ut(trial_gradient_.data());
  std::copy_n(total.data(), size, gu);
  const double* sums = total.data() + size;
  const auto& kernels = isa::kernels();
  rules::take_output(control_, sums[kResidual], sums[kTargets],
                     kernels.dot(output_.data(), output_.data(), output_.size()), data_.gamma);
  rules::take_penalty(control_, sums[kPenalty]);
  rules::take_gradient(control_, kernels.dot(u, decayed.data(), size),
                       sums[kSlope] + kernels.dot(gu, ut(direction_.data()), size),
                       sums[kSquare] + kernels.dot(gu, gu, size));
}

// The gradient in the group's rows of Shat, their term of that in Ut, tau.
void CpuBackend::pull_rows(const LineGroup& group, double* gradient_of_Ut) {
  const int r = rank_;
  const double* negative = loss_gradient_.data() + (group.loss + group.lines()) * r;
  for (index_t i = group.first_negative; i < group.last_negative; ++i, negative += r) {  // E V of the b rows
    const auto at = static_cast<std::size_t>(i);
    double* gb = gradient_factor_.data() + (data_.m + data_.negative[at]) * stride_;
    for (int l = 0; l < r; ++l) gb[l] -= data_.negative_scale[at] * negative[l];
  }
  double* out = shat(trial_gradient_.data()) + group.local * r;
  for (index_t k = 0; k < group.lines(); ++k) {
    const double* p = activation_.data() + (group.local + k) * r;
    const double* s = shat(trial_.data()) + (group.local + k) * r;
    const double* ev = loss_gradient_.data() + (group.loss + k) * r;
    const double* ga = gradient_factor_.data() + (group.begin + k) * stride_;
    const double* gb = gradient_factor_.data() + (data_.m + group.begin + k) * stride_;
    const double norm = norm_[group.local + k];
    double ss = 0.0;
    double sg = 0.0;
    for (int l = 0; l < r; ++l) {
      ss += s[l] * s[l];
      sg += s[l] * 0.5 * (ev[l] - ga[l] - gb[l]);
    }
    const double length = std::sqrt(ss);
    sg /= length;  // <s_k, gC_k> with the unit s_k
    tau_[group.begin + k] = 2.0 * sg / norm;
    for (int l = 0; l < r; ++l) {
      const double gc = 0.5 * (ev[l] - ga[l] - gb[l]);
      const double gp = 0.5 * (ev[l] - ga[l] + gb[l]);
      out[k * r + l] = norm * (gc - s[l] / length * sg) / length;
      pulled_[(group.local + k) * r + l] = gp + sg * p[l] / norm;
    }
  }
  multiply(1.0, transposed({data_.XK.row(group.begin), group.lines(), data_.d}),
           {pulled_.data() + group.local * r, group.lines(), r}, 0.0, gradient_of_Ut, r);
  const auto& kernels = isa::kernels();
  double* sums = gradient_of_Ut + data_.d * r;
  sums[kSlope] = kernels.dot(out, direction_.data() + group.local * r, group.lines() * r);
  sums[kSquare] = kernels.dot(out, out, group.lines() * r);
}

void CpuBackend::judge_update() {
  rules::judge_update(control_);
  tell_control(0);
}

}  // namespace burelu
