// Block elimination with the sparse block, see sparse_slack.hpp.
#include "certificate/sparse_slack.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/all_finite.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

constexpr double kTolerance = 1e-9;  // of an iteration: a proposal loses as much, a proof nothing
constexpr double kLeastLift = 1e-8;  // of the mean diagonal of K, and the first
constexpr double kLonger = 3.0;      // from lift to lift
constexpr int kMostLifts = 60;
constexpr double kHair = 3e-6;  // of the largest eigenvalue of R'K^-1 R - U: what the share leaves above it

std::vector<Multiplier> joined(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) {
  std::vector<Multiplier> out = pairs;
  const auto m = static_cast<std::int32_t>(tau.size());
  for (std::int32_t k = 0; k < m; ++k) out.push_back({k + m, k, tau[at(k)]});
  return out;
}

/// C <- C + scale A'B.
void add_product(const Matrix& A, const Matrix& B, double scale, Matrix& C) {
  multiply(scale, transposed(A), B, 1.0, C.data.data(), C.cols);
}

Matrix rows_of(const Matrix& Z, index_t first, index_t count) {
  Matrix out(count, Z.cols);
  std::copy_n(Z.row(first), count * Z.cols, out.data.begin());
  return out;
}

}  // namespace

SparseSlack::SparseSlack(const Matrix& X, double gamma, double most_flops)
    : X_(X), gamma_(gamma), most_flops_(most_flops) {}

void SparseSlack::set_form(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) {
  form_ = sparse_form(X_, joined(pairs, tau));
  anchor_.reset();
  solver_.emplace(form_.K, most_flops_);
}

void SparseSlack::set_anchor(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) {
  anchor_ = sparse_form(X_, joined(pairs, tau));
  anchor_->K = spread(anchor_->K, form_.K);
  form_.K = spread(form_.K, anchor_->K);
  solver_.emplace(form_.K, most_flops_);
}

void SparseSlack::mix(const SlackMixture& mixture) {
  N_ = form_;
  const double share = anchor_ ? mixture.anchor : 0.0;
  const auto blend = [&](std::vector<double>& to, const std::vector<double>* from) {
    for (std::size_t k = 0; k < to.size(); ++k)
      to[k] = mixture.form * to[k] + (share != 0.0 ? share * (*from)[k] : 0.0);
  };
  blend(N_.K.value, anchor_ ? &anchor_->K.value : nullptr);
  blend(N_.K.diagonal, anchor_ ? &anchor_->K.diagonal : nullptr);
  blend(N_.R.data, anchor_ ? &anchor_->R.data : nullptr);
  blend(N_.U.data, anchor_ ? &anchor_->U.data : nullptr);
  for (index_t k = 0; k < X_.rows; ++k) {
    const double t = mixture.tied[at(k)];
    N_.K.diagonal[at(k)] = mixture.spare * (N_.K.diagonal[at(k)] + t);
    for (index_t j = 0; j < X_.cols; ++j) N_.R(k, j) -= 0.5 * t * X_(k, j);
  }
}

double SparseSlack::mean_diagonal() const {
  double sum = 0.0;
  for (const double value : form_.K.diagonal) sum += std::abs(value);
  return sum > 0.0 ? sum / static_cast<double>(X_.rows) : gamma_ / static_cast<double>(X_.rows);
}

/// v = (K + lift I)^-1 1 where that shows K + lift I > 0.
bool SparseSlack::ones(double lift, std::vector<double>& v) {
  N_.K = form_.K;
  for (double& value : N_.K.diagonal) value += lift;
  if (!solver_->factorise(N_.K)) return false;
  Matrix one(X_.rows, 1, 1.0);
  if (!solver_->solve(one, kTolerance, team_)) return false;
  v = std::move(one.data);
  return std::all_of(v.begin(), v.end(), [](double value) { return value > 0.0; });
}

std::vector<double> SparseSlack::lacking(double& s) {
  std::vector<double> out(at(X_.rows), 0.0);
  std::vector<double> v;
  const double least = kLeastLift * mean_diagonal();
  s = std::max(s / (kLonger * kLonger), least);
  if (s == least && ones(0.0, v)) return out;
  for (int k = 0; k < kMostLifts; ++k, s *= kLonger) {
    if (!ones(s, v)) continue;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max(s - 1.0 / v[i], 0.0);
    break;
  }
  return out;
}

/// H, and U - R'K^-1 R into `rest`. False where K is not positive definite.
bool SparseSlack::eliminate(Matrix& rest) {
  if (!solver_->factorise(N_.K)) return false;
  rest = N_.U;
  H_ = N_.R;
  if (solver_->complete()) {
    solver_->factor().solve_lower(H_);
    add_product(H_, H_, -1.0, rest);
  } else {
    if (!solve_with_ones(H_)) return false;
    Matrix left = product(N_.K, H_);  // R'H + H'R - H'K H: what is left of the iteration enters squared
    for (std::size_t k = 0; k < left.data.size(); ++k) left.data[k] = 2.0 * N_.R.data[k] - left.data[k];
    add_product(left, H_, -1.0, rest);
  }
  for (index_t i = 0; i < rest.rows; ++i)
    for (index_t j = 0; j < i; ++j) rest(i, j) = rest(j, i) = 0.5 * (rest(i, j) + rest(j, i));
  return all_finite(rest.data);
}

double SparseSlack::factorise(const SlackMixture& mixture) {
  mix(mixture);
  share_ = 0.0;
  Matrix rest;
  std::vector<double> values;
  if (!eliminate(rest)) return 0.0;
  Matrix spoiled = rest;
  if (!eigenvalues(spoiled, values)) return 0.0;
  const double size = values.empty() ? 0.0 : std::max(std::abs(values.front()), std::abs(values.back()));
  const double needed = values.empty() ? 0.0 : kHair * size - values.front();
  const double ridge = std::max(0.5 * gamma_, needed);
  for (index_t j = 0; j < rest.rows; ++j) rest(j, j) += ridge;
  factor_ = std::move(rest.data);
  if (!cholesky(factor_.data(), X_.cols)) return 0.0;
  share_ = 0.5 * gamma_ / ridge;
  return share_;
}

double SparseSlack::flops(index_t columns) const {
  constexpr double kIterations = 50.0;  // with an incomplete factor: its rows and those of K
  const auto solved = static_cast<double>(X_.cols + columns);
  const SparseCholesky& factor = solver_->factor();
  return factor.flops() + 4.0 * factor.entries() * solved * (solver_->complete() ? 1.0 : kIterations);
}

/// H <- K^-1 H by iteration; false where the solution of K v = 1 is not positive.
bool SparseSlack::solve_with_ones(Matrix& H) const {
  Matrix both(H.rows, H.cols + 1, 1.0);
  for (index_t k = 0; k < H.rows; ++k) std::copy_n(H.row(k), H.cols, both.row(k));
  if (!solver_->solve(both, kTolerance, team_)) return false;
  for (index_t k = 0; k < H.rows; ++k) {
    if (!(both(k, H.cols) > 0.0)) return false;
    std::copy_n(both.row(k), H.cols, H.row(k));
  }
  return true;
}

/// a <- L^-1 a or K^-1 a, y <- F^-1 (y - R'K^-1 a).
bool SparseSlack::forward(Matrix& a, Matrix& y) const {
  if (solver_->complete()) {
    solver_->factor().solve_lower(a);
    add_product(H_, a, -1.0, y);
  } else {
    add_product(H_, a, -1.0, y);
    if (!solver_->solve(a, kTolerance, team_)) return false;
  }
  solve_lower(factor_.data(), y.rows, y.data.data(), y.cols);
  return true;
}

bool SparseSlack::solve(Matrix& Z) {
  Matrix a = rows_of(Z, 0, X_.rows);
  Matrix y = rows_of(Z, X_.rows, X_.cols);
  if (!forward(a, y)) return false;
  solve_upper(factor_.data(), y.rows, y.data.data(), y.cols);
  multiply(-1.0, H_, y, 1.0, a.data.data(), a.cols);
  if (solver_->complete()) solver_->factor().solve_upper(a);
  std::copy(a.data.begin(), a.data.end(), Z.data.begin());
  std::copy(y.data.begin(), y.data.end(), Z.data.begin() + X_.rows * Z.cols);
  for (double& value : Z.data) value /= share_;
  return true;
}

bool SparseSlack::gram(Matrix& Z, Matrix& out) {
  Matrix a = rows_of(Z, 0, X_.rows);
  Matrix y = rows_of(Z, X_.rows, X_.cols);
  const Matrix before = solver_->complete() ? Matrix() : a;
  if (!forward(a, y)) return false;
  out = Matrix(Z.cols, Z.cols);
  add_product(solver_->complete() ? a : before, a, 1.0, out);
  add_product(y, y, 1.0, out);
  for (double& value : out.data) value /= share_;
  return true;
}

}  // namespace burelu
