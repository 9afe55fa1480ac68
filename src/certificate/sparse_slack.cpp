// Block elimination with the sparse block, see sparse_slack.hpp. Negative eigenpairs by the Lanczos method for (N + s
// I)^-1, s just above what makes that positive definite: what is negative lies at the end of its spectrum.
#include "certificate/sparse_slack.hpp"

#include <algorithm>
#include <cmath>

#include "certificate/lanczos.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

constexpr double kTolerance = 1e-10;  // of an iteration: what is left of it is a part of the proof
constexpr double kFirstLift = 1e-5;   // of the mean diagonal of K
constexpr double kLonger = 6.0;       // from lift to lift
constexpr int kMostLifts = 14;
constexpr index_t kLanczos = 60;       // steps, doubled until they find no further negative value ...
constexpr index_t kMostLanczos = 240;  // ... up to this many

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
  solver_ = std::make_unique<SparseSolver>(form_.K, most_flops_);
}

void SparseSlack::set_anchor(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) {
  anchor_ = sparse_form(X_, joined(pairs, tau));
  anchor_->K = spread(anchor_->K, form_.K);
  form_.K = spread(form_.K, anchor_->K);
  solver_ = std::make_unique<SparseSolver>(form_.K, most_flops_);
}

void SparseSlack::mix(const SlackMixture& mixture, double lift) {
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
    N_.K.diagonal[at(k)] = mixture.spare * (N_.K.diagonal[at(k)] + t) + lift;
    for (index_t j = 0; j < X_.cols; ++j) N_.R(k, j) -= 0.5 * t * X_(k, j);
  }
  for (index_t j = 0; j < X_.cols; ++j) N_.U(j, j) = mixture.spare * (N_.U(j, j) + 0.5 * gamma_) + lift;
}

bool SparseSlack::factorise(const SlackMixture& mixture, double lift) {
  mix(mixture, lift);
  if (!solver_->factorise(N_.K)) return false;
  Matrix rest = N_.U;
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
  const index_t d = X_.cols;
  for (index_t i = 0; i < d; ++i)
    for (index_t j = 0; j < i; ++j) rest(i, j) = rest(j, i) = 0.5 * (rest(i, j) + rest(j, i));
  factor_ = std::move(rest.data);
  return cholesky(factor_.data(), d);
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
  if (!solver_->solve(both, kTolerance)) return false;
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
    if (!solver_->solve(a, kTolerance)) return false;
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
  return true;
}

/// The least s of a geometric sequence with N + s I > 0; 0 where N itself is, or where there is none.
double SparseSlack::positive_lift(const SlackMixture& mixture) {
  if (factorise(mixture, 0.0)) return 0.0;
  double mean = 0.0;
  for (const double value : N_.K.diagonal) mean += std::abs(value) / static_cast<double>(X_.rows);
  double lift = kFirstLift * std::max(mean, gamma_ / static_cast<double>(X_.rows));
  for (int k = 0; k < kMostLifts; ++k, lift *= kLonger)
    if (factorise(mixture, lift)) return lift;
  return 0.0;
}

Curvature SparseSlack::negative_part(const SlackMixture& mixture) {
  const double lift = positive_lift(mixture);
  if (!(lift > 0.0)) return {};
  Lanczos lanczos(X_.rows + X_.cols);
  const auto inverse = [this](Matrix& q) { return solve(q); };
  std::ptrdiff_t before = 0;
  for (index_t steps = kLanczos;; steps *= 2) {
    if (!lanczos.advance(std::min(steps, kMostLanczos), inverse)) return {};
    const std::vector<double> values = lanczos.values();
    const auto negative = std::count_if(values.begin(), values.end(), [lift](double v) { return v * lift > 1.0; });
    if (negative == before || lanczos.finished() || steps >= kMostLanczos)
      return lanczos.below(lift, static_cast<index_t>(negative));
    before = negative;
  }
}

}  // namespace burelu
