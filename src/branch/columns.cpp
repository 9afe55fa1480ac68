#include "branch/columns.hpp"

#include <algorithm>
#include <cmath>

#include "branch/weights.hpp"
#include "certificate/proof.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr double kSame = 1e-14;  // squared distance of directions that are one
constexpr double kIdle = 1e-7;   // of the largest weight

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double norm(const std::vector<double>& a) { return std::sqrt(dot(a, a)); }

Matrix hidden(const MatrixView& X, const std::vector<std::vector<double>>& directions) {
  Matrix H(X.rows, static_cast<index_t>(directions.size()));
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t k = 0; k < H.cols; ++k) {
      const std::vector<double>& u = directions[static_cast<std::size_t>(k)];
      double sum = 0.0;
      for (index_t j = 0; j < X.cols; ++j) sum += X(i, j) * u[static_cast<std::size_t>(j)];
      H(i, k) = std::max(sum, 0.0);
    }
  return H;
}

Matrix dense(const MatrixView& M) {
  Matrix out(M.rows, M.cols);
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j) out(i, j) = M(i, j);
  return out;
}

}  // namespace

bool Columns::add(std::vector<double> u) {
  const double size = norm(u);
  if (!(size > 0.0) || !std::isfinite(size)) return false;
  for (double& value : u) value /= size;
  for (const std::vector<double>& other : directions_) {
    double square = 0.0;
    for (std::size_t j = 0; j < u.size(); ++j) square += (u[j] - other[j]) * (u[j] - other[j]);
    if (square < kSame) return false;
  }
  directions_.push_back(std::move(u));
  weights_.emplace_back(static_cast<std::size_t>(problem_->Y.cols), 0.0);
  return true;
}

void Columns::drop_idle() {
  double largest = 0.0;
  for (const auto& v : weights_) largest = std::max(largest, norm(v));
  std::size_t kept = 0;
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    if (!(norm(weights_[k]) > kIdle * largest)) continue;
    if (kept != k) {
      directions_[kept] = std::move(directions_[k]);
      weights_[kept] = std::move(weights_[k]);
    }
    ++kept;
  }
  directions_.resize(kept);
  weights_.resize(kept);
}

void Columns::fit(const std::function<bool()>& stop) {
  const index_t K = count();
  if (K == 0) return;
  const Matrix H = hidden(problem_->X, directions_);
  const Matrix gram = product(transposed(H), H);
  const Matrix right = product(transposed(H), dense(problem_->Y));
  Matrix V(K, problem_->Y.cols);
  for (index_t k = 0; k < K; ++k) std::copy_n(weights_[static_cast<std::size_t>(k)].begin(), V.cols, V.row(k));
  fit_weights(gram, right, problem_->gamma, V, stop);
  for (index_t k = 0; k < K; ++k) std::copy_n(V.row(k), V.cols, weights_[static_cast<std::size_t>(k)].begin());
}

Columns Columns::merged(double angle) const {
  std::vector<std::size_t> order(directions_.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return norm(weights_[a]) > norm(weights_[b]); });
  Columns out(*problem_);
  std::vector<bool> taken(order.size(), false);
  for (const std::size_t k : order) {
    if (taken[k] || !(norm(weights_[k]) > 0.0)) continue;
    std::vector<double> mean(directions_[k].size(), 0.0);
    std::vector<double> weight(weights_[k].size(), 0.0);
    for (const std::size_t l : order) {
      if (taken[l] || dot(directions_[k], directions_[l]) < std::cos(angle)) continue;
      taken[l] = true;
      for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += norm(weights_[l]) * directions_[l][j];
      for (std::size_t z = 0; z < weight.size(); ++z) weight[z] += weights_[l][z];
    }
    if (out.add(std::move(mean))) out.weights_.back() = std::move(weight);
  }
  return out;
}

Matrix Columns::outputs() const {
  const Matrix H = hidden(problem_->X, directions_);
  Matrix out(problem_->X.rows, problem_->Y.cols);
  for (index_t i = 0; i < out.rows; ++i)
    for (index_t k = 0; k < H.cols; ++k)
      if (H(i, k) != 0.0)
        for (index_t z = 0; z < out.cols; ++z)
          out(i, z) += H(i, k) * weights_[static_cast<std::size_t>(k)][static_cast<std::size_t>(z)];
  return out;
}

double Columns::decay() const {
  double sum = 0.0;
  for (const auto& v : weights_) sum += norm(v);
  return problem_->gamma * sum;
}

double Columns::objective() const { return burelu::objective(*problem_, network()); }

Network Columns::network() const {
  Network out{Matrix(problem_->X.cols, count()), Matrix(problem_->Y.cols, count())};
  for (index_t k = 0; k < count(); ++k) {
    for (index_t j = 0; j < out.U.rows; ++j)
      out.U(j, k) = directions_[static_cast<std::size_t>(k)][static_cast<std::size_t>(j)];
    for (index_t z = 0; z < out.V.rows; ++z)
      out.V(z, k) = weights_[static_cast<std::size_t>(k)][static_cast<std::size_t>(z)];
  }
  return balanced(out);
}

std::vector<std::vector<double>> Columns::in_coordinates(const Kinks& kinks) const {
  const index_t d = kinks.dims;
  std::vector<double> L = kinks.metric;
  std::vector<std::vector<double>> out;
  if (!cholesky(L.data(), d)) return out;
  for (const std::vector<double>& u : directions_) {
    std::vector<double> y(static_cast<std::size_t>(d), 0.0);
    for (index_t j = 0; j < d; ++j)
      for (index_t i = 0; i < kinks.basis.rows; ++i)
        y[static_cast<std::size_t>(j)] += kinks.basis(i, j) * u[static_cast<std::size_t>(i)];
    solve_lower(L.data(), d, y.data(), 1);
    solve_upper(L.data(), d, y.data(), 1);
    out.push_back(std::move(y));
  }
  return out;
}

Certificate scaled_certificate(const Problem& problem, const Matrix& W, const Kinks& kinks, double upper) {
  Certificate out;
  const double mu = std::min(upper * kinks.unit + kinks.eta, kinks.largest);
  if (!std::isfinite(mu)) return out;
  double along = 0.0;
  double square = 0.0;
  for (index_t i = 0; i < W.rows; ++i)
    for (index_t z = 0; z < W.cols; ++z) {
      along -= W(i, z) * problem.Y(i, z);
      square += W(i, z) * W(i, z);
    }
  // D(sW) = s along - s^2 square / 2 is largest at along / square. The entries of sW are rounded: at most `largest` u.
  const double most = problem.gamma / (mu + 0x1p-50 * kinks.largest) * (1.0 - 0x1p-49);
  const double s = square > 0.0 ? std::min(most, along / square) : 0.0;
  if (!(s >= 0.0) || !std::isfinite(s)) return out;
  out.W = W;
  for (double& w : out.W.data) w *= s;
  out.branched = true;
  out.gamma = problem.gamma;
  out.data_hash = data_hash(problem);
  out.lower_bound = dual_value_below(problem.Y, out.W);
  if (!std::isfinite(out.lower_bound)) out = {};
  return out;
}

}  // namespace burelu
