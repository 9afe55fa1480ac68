// The quadratic form of the multipliers and the dual slack as their definitions, dense and slow: the oracle of the
// sparse ones (certificate/sparse_form.hpp, certificate/sparse_slack.hpp).
#pragma once

#include <gtest/gtest.h>
#include <lapacke.h>

#include <span>
#include <vector>

#include "burelu/certificate.hpp"
#include "certificate/sparse_slack.hpp"

namespace burelu::test {

/// The form a_k, or b_k = a_k - x_k'u, as its coefficients in (a, u).
inline std::vector<double> form_coefficients(const Matrix& X, std::int32_t form) {
  const index_t k = form % X.rows;
  std::vector<double> out(static_cast<std::size_t>(X.rows + X.cols), 0.0);
  out[static_cast<std::size_t>(k)] = 1.0;
  for (index_t l = 0; l < X.cols && form >= X.rows; ++l) out[static_cast<std::size_t>(X.rows + l)] = -X(k, l);
  return out;
}

/// M(T): x'Mx = -sum_{i>j} T(i,j) f_i f_j - 1/2 sum_i T(i,i) f_i^2.
inline Matrix dense_form(const Matrix& X, std::span<const Multiplier> pairs) {
  const index_t order = X.rows + X.cols;
  Matrix out(order, order);
  for (const Multiplier& pair : pairs) {
    const std::vector<double> f = form_coefficients(X, pair.i);
    const std::vector<double> g = form_coefficients(X, pair.j);
    const double half = 0.5 * pair.value;
    for (std::size_t i = 0; i < f.size(); ++i)
      for (std::size_t j = 0; j < f.size(); ++j)
        out.data[i * f.size() + j] -= pair.i == pair.j ? half * f[i] * f[j] : half * (f[i] * g[j] + g[i] * f[j]);
  }
  return out;
}

/// Eigenvalues of a symmetric matrix, ascending.
inline std::vector<double> dense_eigenvalues(Matrix A) {
  std::vector<double> values(static_cast<std::size_t>(A.rows));
  const auto size = static_cast<lapack_int>(A.rows);
  EXPECT_EQ(LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'N', 'L', size, A.data.data(), size, values.data()), 0);
  return values;
}

/// The mixture of a slack as its definition says: M, and that K is its block over a.
inline Matrix dense_mixture(const Matrix& X, const SlackMixture& mixture, std::span<const Multiplier> T,
                            const std::vector<double>& tau, std::span<const Multiplier> T0,
                            const std::vector<double>& tau0) {
  const auto m = static_cast<std::int32_t>(X.rows);
  const auto tied = [m](const std::vector<double>& values) {
    std::vector<Multiplier> out;
    for (std::int32_t k = 0; k < m; ++k) out.push_back({k + m, k, values[static_cast<std::size_t>(k)]});
    return out;
  };
  Matrix out(X.rows + X.cols, X.rows + X.cols);
  const auto add = [&](const Matrix& term, double scale) {
    for (std::size_t k = 0; k < out.data.size(); ++k) out.data[k] += scale * term.data[k];
  };
  add(dense_form(X, T), mixture.form);
  add(dense_form(X, tied(tau)), mixture.form);
  add(dense_form(X, T0), mixture.anchor);
  add(dense_form(X, tied(tau0)), mixture.anchor);
  add(dense_form(X, tied(mixture.tied)), -1.0);
  for (index_t i = 0; i < X.rows; ++i) out(i, i) *= mixture.spare;
  return out;
}

/// share M + gamma/2 I_u.
inline Matrix dense_slack(Matrix M, double share, double gamma, index_t features) {
  for (double& value : M.data) value *= share;
  for (index_t i = M.rows - features; i < M.rows; ++i) M(i, i) += 0.5 * gamma;
  return M;
}

/// The first `order` rows and columns.
inline Matrix leading_block(const Matrix& A, index_t order) {
  Matrix out(order, order);
  for (index_t i = 0; i < order; ++i)
    for (index_t j = 0; j < order; ++j) out(i, j) = A(i, j);
  return out;
}

}  // namespace burelu::test
