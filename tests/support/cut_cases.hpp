// Random valid cuts, random multipliers for them, and networks good enough to notice a bound that is too high.
#pragma once

#include <optional>

#include "support/certificate_cases.hpp"

namespace burelu::test {

/// Solves basis' lambda = target (d rows of X as columns) by elimination with row exchanges; nothing where it is
/// singular.
inline std::optional<std::vector<double>> coordinates(const Matrix& X, const std::vector<index_t>& rows,
                                                      std::vector<double> target) {
  const index_t d = X.cols;
  Matrix A(d, d);
  for (index_t l = 0; l < d; ++l)
    for (index_t j = 0; j < d; ++j) A(l, j) = X(rows[static_cast<std::size_t>(j)], l);
  for (index_t k = 0; k < d; ++k) {
    index_t pivot = k;
    for (index_t i = k; i < d; ++i)
      if (std::abs(A(i, k)) > std::abs(A(pivot, k))) pivot = i;
    if (A(pivot, k) == 0.0) return std::nullopt;
    for (index_t j = 0; j < d; ++j) std::swap(A(k, j), A(pivot, j));
    std::swap(target[static_cast<std::size_t>(k)], target[static_cast<std::size_t>(pivot)]);
    for (index_t i = 0; i < d; ++i) {
      if (i == k) continue;
      const double factor = A(i, k) / A(k, k);
      for (index_t j = k; j < d; ++j) A(i, j) -= factor * A(k, j);
      target[static_cast<std::size_t>(i)] -= factor * target[static_cast<std::size_t>(k)];
    }
  }
  for (index_t k = 0; k < d; ++k) target[static_cast<std::size_t>(k)] /= A(k, k);
  return target;
}

inline void add_term(Cut& cut, index_t m, index_t row, double lambda) {
  if (lambda != 0.0) cut.terms.push_back({static_cast<std::int32_t>(lambda > 0.0 ? row : row + m), std::abs(lambda)});
}

/// x_k as a combination of d random other rows and `extra` more, which may be x_k itself, repeat, or cancel.
inline std::optional<Cut> random_cut(Random& random, const Matrix& X, int extra) {
  const index_t m = X.rows;
  const index_t d = X.cols;
  if (m <= d) return std::nullopt;
  std::vector<index_t> order(static_cast<std::size_t>(m));
  for (index_t i = 0; i < m; ++i) order[static_cast<std::size_t>(i)] = i;
  std::shuffle(order.begin(), order.end(), random);
  Cut cut;
  cut.line = static_cast<std::int32_t>(order.back());
  std::vector<double> rest(X.row(order.back()), X.row(order.back()) + d);
  std::normal_distribution<double> normal;
  for (int k = 0; k < extra; ++k) {
    const index_t row = order[random() % order.size()];
    const double lambda = 0.5 * normal(random);
    add_term(cut, m, row, lambda);
    for (index_t l = 0; l < d; ++l) rest[static_cast<std::size_t>(l)] -= lambda * X(row, l);
  }
  order.resize(static_cast<std::size_t>(d));
  const auto lambda = coordinates(X, order, rest);
  if (!lambda) return std::nullopt;
  for (index_t k = 0; k < d; ++k)
    add_term(cut, m, order[static_cast<std::size_t>(k)], (*lambda)[static_cast<std::size_t>(k)]);
  for (const CutTerm& term : cut.terms)
    if (!(term.coefficient < 1e3)) return std::nullopt;
  return cut;
}

inline std::vector<Cut> random_cuts(Random& random, const Matrix& X, int count) {
  std::vector<Cut> out;
  for (int k = 0; k < count; ++k)
    if (auto cut = random_cut(random, X, k % 3)) out.push_back(std::move(*cut));
  return out;
}

/// A random dual point with multipliers for products with cuts, squares of cuts among them.
inline RandomDual random_dual(Random& random, const Presolved& p, const std::vector<Cut>& cuts, double size) {
  RandomDual out(random, p, size);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  const auto m = static_cast<std::int32_t>(p.rows());
  const double unit = p.gamma / std::max(1.0, static_cast<double>(m));
  for (std::int32_t t = 0; t < static_cast<std::int32_t>(cuts.size()); ++t)
    for (std::int32_t j = 0; j <= 2 * m + t; ++j)
      if (uniform(random) < 0.2) out.pairs.push_back({2 * m + t, j, 0.1 * size * unit * uniform(random)});
  return out;
}

/// Value of every form at u: a, b, then cuts.
inline std::vector<double> forms_at(const Matrix& X, const std::vector<Cut>& cuts, const std::vector<double>& u) {
  std::vector<double> out;
  for (const double sign : {1.0, -1.0})
    for (index_t k = 0; k < X.rows; ++k) {
      double p = 0.0;
      for (index_t j = 0; j < X.cols; ++j) p += X(k, j) * u[static_cast<std::size_t>(j)];
      out.push_back(std::max(sign * p, 0.0));
    }
  for (const Cut& cut : cuts) {
    double s = -out[static_cast<std::size_t>(cut.line)];
    for (const CutTerm& term : cut.terms) s += term.coefficient * out[static_cast<std::size_t>(term.form)];
    out.push_back(s);
  }
  return out;
}

/// Objective of a network after some steps of gradient descent with backtracking from a random start: never below the
/// optimum, often close.
inline double descended_network(Random& random, const OwnedProblem& p, index_t width, int steps) {
  Matrix U = gaussian(random, p.X.cols, width, 0.7);
  Matrix V = gaussian(random, p.Y.cols, width, 0.3);
  double value = network_objective(p, U, V);
  double rate = 0.1;
  for (int step = 0; step < steps; ++step) {
    Matrix dU = U;
    Matrix dV = V;
    for (double& g : dU.data) g *= p.gamma;
    for (double& g : dV.data) g *= p.gamma;
    for (index_t i = 0; i < p.X.rows; ++i) {
      std::vector<double> a(static_cast<std::size_t>(width), 0.0);
      for (index_t l = 0; l < width; ++l)
        for (index_t j = 0; j < p.X.cols; ++j) a[static_cast<std::size_t>(l)] += p.X(i, j) * U(j, l);
      for (index_t k = 0; k < p.Y.cols; ++k) {
        double e = -p.Y(i, k);
        for (index_t l = 0; l < width; ++l) e += std::max(a[static_cast<std::size_t>(l)], 0.0) * V(k, l);
        for (index_t l = 0; l < width; ++l) {
          const double active = a[static_cast<std::size_t>(l)];
          if (active <= 0.0) continue;
          dV(k, l) += e * active;
          for (index_t j = 0; j < p.X.cols; ++j) dU(j, l) += e * V(k, l) * p.X(i, j);
        }
      }
    }
    for (rate *= 2.0; rate > 1e-12; rate *= 0.5) {
      Matrix U2 = U;
      Matrix V2 = V;
      for (std::size_t i = 0; i < U.data.size(); ++i) U2.data[i] -= rate * dU.data[i];
      for (std::size_t i = 0; i < V.data.size(); ++i) V2.data[i] -= rate * dV.data[i];
      const double next = network_objective(p, U2, V2);
      if (!(next < value)) continue;
      value = next;
      U = U2;
      V = V2;
      break;
    }
  }
  return value;
}

/// Cuts without any meaning: any forms, repeated or the line's own.
inline std::vector<Cut> arbitrary_cuts(Random& random, std::int32_t m, int count) {
  std::uniform_real_distribution<double> uniform(0.1, 2.0);
  std::vector<Cut> out(static_cast<std::size_t>(count));
  for (Cut& cut : out) {
    cut.line = static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(m));
    for (std::uint64_t k = random() % 6; k > 0; --k)
      cut.terms.push_back({static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(2 * m)), uniform(random)});
  }
  return out;
}

/// Every row its own line, cuts and multipliers of any kind, of a size that leaves something of gamma now and then.
inline Certificate arbitrary_certificate(Random& random, const OwnedProblem& p) {
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  const auto n = static_cast<std::int32_t>(p.X.rows);
  Certificate c;
  c.gamma = p.gamma;
  c.data_hash = data_hash(p.view());
  c.cuts = arbitrary_cuts(random, n, 3);
  const double size = p.gamma * std::pow(10.0, -3.0 * uniform(random)) / static_cast<double>(n);
  for (std::int32_t k = 0; k < n; ++k) {
    c.representatives.push_back(k);
    c.line.push_back(k);
    c.ratio.push_back(1.0);
  }
  for (std::int32_t i = 0; i < 2 * n + 3; ++i)
    for (std::int32_t j = 0; j <= i; ++j) {
      if (j < n && i == j + n) {
        c.multipliers.push_back({i, j, -p.gamma * uniform(random) / static_cast<double>(n)});
      } else if (random() % 4 == 0) {
        c.multipliers.push_back({i, j, size * uniform(random)});
      }
    }
  c.W = gaussian(random, p.Y.rows, p.Y.cols);
  return c;
}

/// One row x = 1, gamma 1/4, and two "cuts" 1.5 a - a of residual 1/2 and size 2.5. Pairs T(s, b), T(s', s) and
/// T(s, s) leave w^2 <= gamma'^2 - (2 T(s', s) + T(s, s)) gamma' / 4 with gamma' = 1/4 - T(s, b) / 2 - 2.5 T(s', s),
/// when the tied multiplier is the best one: -gamma' - T(s, b) / 2.
struct OffCombination {
  OwnedProblem p{Matrix(1, 1, 1.0), Matrix(1, 1, 10.0), 0.25};
  Certificate certificate;
  double most = 0.0;  // of |w|

  OffCombination(double with_b, double with_other, double square) {
    const double gamma = 0.25 - 0.5 * with_b - 2.5 * with_other;
    most = std::sqrt(gamma * gamma - (2.0 * with_other + square) * gamma / 4.0);
    Certificate& c = certificate;
    c.gamma = p.gamma;
    c.data_hash = data_hash(p.view());
    c.representatives = {0};
    c.line = {0};
    c.ratio = {1.0};
    c.cuts = {{0, {{0, 1.5}}}, {0, {{0, 1.5}}}};
    c.multipliers = {{1, 0, -gamma - 0.5 * with_b}, {2, 1, with_b}, {2, 2, square}, {3, 2, with_other}};
    c.W = Matrix(1, 1, -1.0);
  }
};

/// Forms -a_k in the guise of cuts: with the multipliers `size` T of (s_k, a_k) every W would be proven, did nobody ask
/// for the residual x_k.
inline Certificate without_combination(const OwnedProblem& p, double size) {
  Certificate c;
  c.gamma = p.gamma;
  c.data_hash = data_hash(p.view());
  const auto n = static_cast<std::int32_t>(p.X.rows);
  for (std::int32_t k = 0; k < n; ++k) {
    c.representatives.push_back(k);
    c.line.push_back(k);
    c.ratio.push_back(1.0);
    c.cuts.push_back({k, {}});
    c.multipliers.push_back({2 * n + k, k, size});
  }
  c.W = p.Y;
  for (double& w : c.W.data) w = -w;  // D = 1/2 ||Y||^2, the objective of no network at all
  return c;
}

}  // namespace burelu::test
