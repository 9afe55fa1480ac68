// Row-major X (n x d) is column-major X' (d x n): X' = Q'R by dgeqrf, so that L = R'.
#include "linalg/row_space.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <utility>
#include <vector>

#include "burelu/errors.hpp"

namespace burelu {
namespace {

Matrix product(bool transposed, const Matrix& A, const Matrix& B) {
  Matrix C(transposed ? A.cols : A.rows, B.cols);
  if (C.data.empty() || B.rows == 0) return C;
  cblas_dgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, static_cast<blasint>(C.rows),
              static_cast<blasint>(C.cols), static_cast<blasint>(B.rows), 1.0, A.data.data(),
              static_cast<blasint>(A.cols), B.data.data(), static_cast<blasint>(B.cols), 0.0, C.data.data(),
              static_cast<blasint>(C.cols));
  return C;
}

}  // namespace

RowSpace row_space(Matrix X) {
  const index_t n = X.rows;
  const auto rows = static_cast<lapack_int>(X.cols);
  const auto cols = static_cast<lapack_int>(n);
  RowSpace out{Matrix(n, n), {}};
  std::vector<double> tau(static_cast<std::size_t>(n));
  if (n > 0 && LAPACKE_dgeqrf(LAPACK_COL_MAJOR, rows, cols, X.data.data(), rows, tau.data()) != 0)
    throw DataError("the features could not be reduced to their row space; scale them");
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) out.L(i, j) = X(i, j);
  if (n > 0 && LAPACKE_dorgqr(LAPACK_COL_MAJOR, rows, cols, cols, X.data.data(), rows, tau.data()) != 0)
    throw DataError("the features could not be reduced to their row space; scale them");
  out.Q = std::move(X);
  return out;
}

Matrix from_row_space(const Matrix& Q, const Matrix& Z) { return product(true, Q, Z); }

Matrix into_row_space(const Matrix& Q, const Matrix& U) { return product(false, Q, U); }

}  // namespace burelu
