// Row-major X (n x d) is column-major X' (d x n): X' = Q'R by dgeqrf, so that L = R'.
#include "linalg/row_space.hpp"

#include <lapacke.h>

#include <utility>
#include <vector>

#include "linalg/dense.hpp"

namespace burelu {

RowSpace row_space(Matrix X, const Stop* stop) {
  const index_t n = X.rows;
  const auto rows = static_cast<lapack_int>(X.cols);
  const auto cols = static_cast<lapack_int>(n);
  RowSpace out{Matrix(n, n), {}};
  std::vector<double> tau(static_cast<std::size_t>(n));
  require_decomposition(n == 0 || LAPACKE_dgeqrf(LAPACK_COL_MAJOR, rows, cols, X.data.data(), rows, tau.data()) == 0,
                        "the row space");
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) out.L(i, j) = X(i, j);
  if (due(stop)) return out;
  require_decomposition(
      n == 0 || LAPACKE_dorgqr(LAPACK_COL_MAJOR, rows, cols, cols, X.data.data(), rows, tau.data()) == 0,
      "the row space");
  out.Q = std::move(X);
  return out;
}

Matrix from_row_space(const Matrix& Q, const Matrix& Z) { return product(transposed(Q), Z); }

Matrix into_row_space(const Matrix& Q, const Matrix& U) { return product(Q, U); }

}  // namespace burelu
