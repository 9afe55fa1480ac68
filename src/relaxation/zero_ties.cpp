// Ties alone for W = -Y. With multipliers -t_k, t > 0, of a_k b_k = 0 and no others the matrix of the bound is
//   N(t) = [diag(t), -1/2 diag(t) X; ., gamma/2 I],
// and G = J'Y = [g; G_u] is proven for gamma = 1 where
//   M(t) = g'diag(1/t) g + Z'S(t)^-1 Z <= 2,    S = 1/2 I - 1/4 X'diag(t)X > 0,    Z = G_u + 1/2 X'g.
// M is convex in t. A weighted trace <P, M>, P the derivative of the p-norm of M, is stationary where
//   t_k = 2 (g_k P g_k')^1/2 / (v_k P v_k')^1/2,    v_k = x_k'S^-1 Z,
// and t moves towards that, geometrically, as long as the norm falls. (c = 1: P is a number and drops out.)
#include <algorithm>
#include <cmath>

#include "certificate/space.hpp"
#include "linalg/dense.hpp"
#include "relaxation/zero.hpp"

namespace burelu {
namespace {

constexpr double kPower = 12.0;  // of the norm that stands for the largest eigenvalue
constexpr double kWork = 2e9;    // multiplications, about
constexpr double kLeast = 1e-7;  // of the mean: rows without a target keep a tie
constexpr double kStill = 1e-7;  // relative gain of a step that ends the descent

struct Value {
  bool exists = false;
  double norm = 0.0;     // (sum of eigenvalues^p)^1/p
  double largest = 0.0;  // eigenvalue
  Matrix P;
  Matrix v;  // m x c
};

class Ties {
 public:
  explicit Ties(const Presolved& reduced) : X_(reduced.X), G_(pulled_back(reduced, reduced.Y)) {
    const index_t m = X_.rows;
    const Matrix g = head(G_, m);
    Z_ = product(transposed(X_), g);
    for (index_t i = 0; i < Z_.rows; ++i)
      for (index_t l = 0; l < Z_.cols; ++l) Z_(i, l) = G_(m + i, l) + 0.5 * Z_(i, l);
  }

  Value at(const std::vector<double>& t) const {
    const index_t m = X_.rows;
    const index_t d = X_.cols;
    Value out;
    Matrix rows = X_;
    Matrix over = head(G_, m);
    for (index_t k = 0; k < m; ++k) {
      const double root = std::sqrt(t[static_cast<std::size_t>(k)]);
      for (index_t j = 0; j < d; ++j) rows(k, j) *= root;
      for (index_t l = 0; l < over.cols; ++l) over(k, l) /= root;
    }
    Matrix S(d, d);
    for (index_t j = 0; j < d; ++j) S(j, j) = 0.5;
    gram(-0.25, rows, 1.0, S.data.data());
    if (!cholesky(S.data.data(), d)) return out;
    Matrix half = Z_;
    solve_lower(S.data.data(), d, half.data.data(), half.cols);
    Matrix M(Z_.cols, Z_.cols);
    gram(1.0, half, 0.0, M.data.data());
    gram(1.0, over, 1.0, M.data.data());
    std::vector<double> values;
    if (!eigen(M, values) || !(values.back() > 0.0)) return out;
    solve_upper(S.data.data(), d, half.data.data(), half.cols);
    out.v = product(X_, half);
    out.largest = values.back();
    out.P = weights(M, values, out.norm);
    out.exists = std::isfinite(out.norm);
    return out;
  }

  /// Where the weighted trace would be stationary if S stayed as it is.
  std::vector<double> aim(const Value& now, const std::vector<double>& t) const {
    std::vector<double> out = t;
    for (index_t k = 0; k < X_.rows; ++k) {
      const double above = form(now.P, G_.row(k));
      const double below = form(now.P, now.v.row(k));
      if (above > 0.0 && below > 0.0) out[static_cast<std::size_t>(k)] = 2.0 * std::sqrt(above / below);
    }
    return out;
  }

  const Matrix& G() const { return G_; }

 private:
  static Matrix head(const Matrix& G, index_t rows) {
    Matrix out(rows, G.cols);
    std::copy_n(G.data.begin(), out.data.size(), out.data.begin());
    return out;
  }

  // The derivative of the norm up to a factor, from eigenvectors in rows.
  static Matrix weights(const Matrix& vectors, const std::vector<double>& values, double& norm) {
    Matrix P(vectors.rows, vectors.cols);
    double sum = 0.0;
    for (index_t e = 0; e < vectors.rows; ++e) {
      const double share = std::max(values[static_cast<std::size_t>(e)], 0.0) / values.back();
      sum += std::pow(share, kPower);
      const double weight = std::pow(share, kPower - 1.0);
      for (index_t i = 0; i < P.rows; ++i)
        for (index_t j = 0; j < P.cols; ++j) P(i, j) += weight * vectors(e, i) * vectors(e, j);
    }
    norm = values.back() * std::pow(sum, 1.0 / kPower);
    return P;
  }

  static double form(const Matrix& P, const double* g) {
    double sum = 0.0;
    for (index_t i = 0; i < P.rows; ++i)
      for (index_t j = 0; j < P.cols; ++j) sum += P(i, j) * g[i] * g[j];
    return sum;
  }

  const Matrix& X_;
  Matrix G_, Z_;
};

double length(const double* v, index_t size) {
  double sum = 0.0;
  for (index_t j = 0; j < size; ++j) sum += v[j] * v[j];
  return std::sqrt(sum);
}

// In proportion to |g_k| / |x_k|, with the largest eigenvalue of X'diag(t)X, or what bounds it, at 1.
std::vector<double> start(const Presolved& reduced, const Matrix& G) {
  std::vector<double> t(static_cast<std::size_t>(reduced.rows()));
  double mass = 0.0;
  for (index_t k = 0; k < reduced.rows(); ++k) {
    t[static_cast<std::size_t>(k)] = length(G.row(k), G.cols) / length(reduced.X.row(k), reduced.features());
    mass += t[static_cast<std::size_t>(k)];
  }
  for (double& value : t) value += kLeast * mass / static_cast<double>(reduced.rows());
  std::vector<double> v(static_cast<std::size_t>(reduced.features()), 1.0);
  double largest = 0.0;
  for (int step = 0; step < 30; ++step) {
    const double size = length(v.data(), reduced.features());
    if (!(size > 0.0)) break;
    std::vector<double> next(v.size(), 0.0);
    for (index_t k = 0; k < reduced.rows(); ++k) {
      double inner = 0.0;
      for (index_t j = 0; j < reduced.features(); ++j) inner += reduced.X(k, j) * v[static_cast<std::size_t>(j)] / size;
      for (index_t j = 0; j < reduced.features(); ++j)
        next[static_cast<std::size_t>(j)] += t[static_cast<std::size_t>(k)] * inner * reduced.X(k, j);
    }
    v = std::move(next);
    largest = length(v.data(), reduced.features());
  }
  for (double& value : t) value = largest > 0.0 ? value / largest : 0.0;
  return t;
}

std::vector<double> between(const std::vector<double>& from, const std::vector<double>& to, double share) {
  std::vector<double> out(from.size());
  for (std::size_t k = 0; k < from.size(); ++k)
    out[k] = from[k] * std::pow(std::clamp(to[k] / from[k], 1e-2, 1e2), share);
  return out;
}

}  // namespace

std::vector<double> zero_ties(const Presolved& reduced) {
  const Ties ties(reduced);
  std::vector<double> t = start(reduced, ties.G());
  std::vector<double> best = t;
  const auto m = static_cast<double>(reduced.rows());
  const auto d = static_cast<double>(reduced.features());
  const auto c = static_cast<double>(reduced.outputs());
  int left = static_cast<int>(std::clamp(kWork / (m * (d * d + d * c + c * c) + d * d * d / 3.0), 2.0, 200.0));
  Value now = ties.at(t);
  double largest = now.exists ? now.largest : HUGE_VAL;
  double step = 0.5;
  int still = 0;
  while (now.exists && left > 0 && still < 3) {
    const std::vector<double> aim = ties.aim(now, t);
    Value next;
    std::vector<double> trial;
    for (; left > 0 && step > 1e-3; step *= 0.5) {
      trial = between(t, aim, step);
      next = ties.at(trial);
      --left;
      if (next.exists && next.norm < now.norm) break;
    }
    if (!next.exists || !(next.norm < now.norm)) break;
    still = now.norm - next.norm < kStill * now.norm ? still + 1 : 0;
    now = std::move(next);
    t = std::move(trial);
    if (now.largest < largest) {
      largest = now.largest;
      best = t;
    }
    step = std::min(1.6 * step, 1.0);
  }
  for (double& value : best) value *= -reduced.gamma;
  return best;
}

}  // namespace burelu
