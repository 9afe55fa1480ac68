// The linear programme of a cut by trying every basis.
#pragma once

#include <limits>

#include "support/cut_cases.hpp"

namespace burelu::test {

/// Calls visit(rows) for all d-subsets of the rows of X other than k.
template <class Visit>
void each_basis(const Matrix& X, index_t k, const Visit& visit) {
  std::vector<index_t> rows;
  const auto extend = [&](auto&& self, index_t from) -> void {
    if (static_cast<index_t>(rows.size()) == X.cols) return visit(rows);
    for (index_t j = from; j < X.rows; ++j) {
      if (j == k) continue;
      rows.push_back(j);
      self(self, j + 1);
      rows.pop_back();
    }
  };
  extend(extend, 0);
}

/// min sum_j |lambda_j| w_j over all vertices of sum_j lambda_j x_j = x_k, w_j by the sign of lambda_j.
inline double least_cost(const Matrix& X, index_t k, const double* w) {
  double best = std::numeric_limits<double>::infinity();
  each_basis(X, k, [&](const std::vector<index_t>& rows) {
    const auto lambda = coordinates(X, rows, std::vector<double>(X.row(k), X.row(k) + X.cols));
    if (!lambda) return;
    double cost = 0.0;
    for (std::size_t j = 0; j < rows.size(); ++j)
      cost += std::abs((*lambda)[j]) * w[(*lambda)[j] > 0.0 ? rows[j] : rows[j] + X.rows];
    best = std::min(best, cost);
  });
  return best;
}

/// || x_k - sum c_j y_j || over the sum of the norms.
inline double residual(const Matrix& X, const Cut& cut) {
  const index_t m = X.rows;
  double squares = 0.0;
  double size = 0.0;
  for (index_t l = 0; l < X.cols; ++l) {
    double e = X(cut.line, l);
    size += std::abs(e);
    for (const CutTerm& term : cut.terms) {
      const double part = term.coefficient * X(term.form % m, l);
      e -= term.form < m ? part : -part;
      size += std::abs(part);
    }
    squares += e * e;
  }
  return std::sqrt(squares) / size;
}

}  // namespace burelu::test
