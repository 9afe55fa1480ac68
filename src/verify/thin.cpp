// Gram-Schmidt, each row orthogonalised twice. Nothing is believed of Q: ||Q|| and the residuals are bounded from what
// stands there. A product of length k in any order is off by at most k u / (1 - k u) |x|'|y|, below 2 k u ||x|| ||y||.
#include "verify/thin.hpp"

#include <algorithm>
#include <cmath>

#include "verify/interval.hpp"

namespace burelu::verify {
namespace {

constexpr double kDependent = 1e-13;  // of a row: less is left in its residual

double dot(const double* x, const double* y, std::size_t size) {
  double sum = 0.0;
  for (std::size_t l = 0; l < size; ++l) sum += x[l] * y[l];
  return sum;
}

double length(const double* x, std::size_t size) {
  double largest = 0.0;
  for (std::size_t l = 0; l < size; ++l) largest = std::max(largest, std::abs(x[l]));
  if (largest == 0.0) return 0.0;
  double sum = 0.0;
  for (std::size_t l = 0; l < size; ++l) sum += (x[l] / largest) * (x[l] / largest);
  return largest * std::sqrt(sum);
}

/// 2 k u, rounded up.
double error_of(std::size_t terms) { return up(static_cast<double>(terms + 4) * 0x1p-52); }

/// Q (r x d) and L (m x r) with x_k ~ sum_j l_kj q_j.
struct Factors {
  Table Q, L;

  Factors(const Data& data, const Claim& claim) {
    const std::size_t m = claim.representatives.size();
    const std::size_t d = data.X.cols;
    Q.cols = d;
    L = {m, m, std::vector<double>(m * m, 0.0)};
    std::vector<double> rest(d);
    for (std::size_t k = 0; k < m; ++k) {
      const double* x = data.X.values.data() + static_cast<std::size_t>(claim.representatives[k]) * d;
      std::copy(x, x + d, rest.begin());
      const double size = length(x, d);
      for (int pass = 0; pass < 2; ++pass)
        for (std::size_t j = 0; j < Q.rows; ++j) {
          const double* q = Q.values.data() + j * d;
          const double along = dot(q, rest.data(), d);
          L(k, j) += along;
          for (std::size_t l = 0; l < d; ++l) rest[l] -= along * q[l];
        }
      const double left = length(rest.data(), d);
      if (!(left > kDependent * size)) continue;
      L(k, Q.rows) = left;
      for (const double entry : rest) Q.values.push_back(entry / left);
      ++Q.rows;
    }
  }
};

/// ||Q||^2 is at most the largest absolute row sum of QQ' (Gershgorin).
double stretch_of(const Table& Q, double longest) {
  const double off = up(error_of(Q.cols) * up(longest * longest));
  double largest = 1.0;
  for (std::size_t i = 0; i < Q.rows; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < Q.rows; ++j) {
      const double entry = std::abs(dot(Q.values.data() + i * Q.cols, Q.values.data() + j * Q.cols, Q.cols));
      sum = up(sum + up(entry + off));
    }
    largest = std::max(largest, sum);
  }
  return up(std::sqrt(largest));
}

/// At least ||x - sum_j l_j q_j||.
double residual_of(const double* x, const double* l, const Table& Q, double longest) {
  std::vector<double> rest(x, x + Q.cols);
  double size = norm_above(x, Q.cols);
  for (std::size_t j = 0; j < Q.rows; ++j) {
    const double* q = Q.values.data() + j * Q.cols;
    for (std::size_t i = 0; i < Q.cols; ++i) rest[i] -= l[j] * q[i];
    size = up(size + up(std::abs(l[j]) * longest));
  }
  return up(up(norm_above(rest.data(), Q.cols) + up(error_of(2 * Q.rows) * size)) + 1e-250);
}

}  // namespace

ThinRows thin_rows(const Data& data, const Claim& claim) {
  const std::size_t m = claim.representatives.size();
  const std::size_t d = data.X.cols;
  ThinRows out;
  if (m == 0 || d <= 2 * m) {
    out.rows = {m, d, {}};
    for (const std::int64_t row : claim.representatives) {
      const double* x = data.X.values.data() + static_cast<std::size_t>(row) * d;
      out.rows.values.insert(out.rows.values.end(), x, x + d);
    }
    return out;
  }
  const Factors factors(data, claim);
  double longest = 0.0;
  for (std::size_t j = 0; j < factors.Q.rows; ++j)
    longest = std::max(longest, norm_above(factors.Q.values.data() + j * d, d));
  out.stretch = stretch_of(factors.Q, longest);
  const std::size_t r = factors.Q.rows;
  out.rows = {m, r, {}};
  for (std::size_t k = 0; k < m; ++k) {
    const double* l = factors.L.values.data() + k * m;
    const double* x = data.X.values.data() + static_cast<std::size_t>(claim.representatives[k]) * d;
    out.rows.values.insert(out.rows.values.end(), l, l + r);
    out.residual.push_back(residual_of(x, l, factors.Q, longest));
  }
  return out;
}

}  // namespace burelu::verify
