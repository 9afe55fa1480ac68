// Dense products and decompositions over BLAS and LAPACK. Row-major matrices; triangles are named as column-major, so
// "lower" is what lies above the diagonal of the row-major matrix.
//
// Threads: BLAS runs on one thread always, and large work is shared out to a Team here. OpenBLAS's own threads ask the
// scheduler again and again while they wait: beside other load a Cholesky factorisation of order 600 took 2 s by two of
// them, 14 ms by one.
//
// Errors: a decomposition that does not exist in floating point (not positive definite, entries that are not finite, no
// convergence) is `false`, never an exception, and what stands in its arguments is then of no use. What `false` means
// is the caller's: a trial that is rejected, a bound that is not proven, or `require_decomposition`, where there is no
// way on. Memory that LAPACK does not get is std::bad_alloc.
#pragma once

#include <utility>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

/// op(A) of somebody else's row-major matrix: its shape, and the distance of rows in memory.
struct Operand {
  const double* data;
  index_t rows;
  index_t cols;
  index_t stride;
  bool transposed = false;

  Operand(const double* values, index_t row_count, index_t col_count)
      : Operand(values, row_count, col_count, col_count) {}
  Operand(const double* values, index_t row_count, index_t col_count, index_t row_stride)
      : data(values), rows(row_count), cols(col_count), stride(row_stride) {}
  Operand(const Matrix& m) : Operand(m.data.data(), m.rows, m.cols) {}  // NOLINT(google-explicit-constructor)
};

/// A'.
inline Operand transposed(Operand A) {
  std::swap(A.rows, A.cols);
  A.transposed = !A.transposed;
  return A;
}

/// C = alpha A B + beta C; `stride` is the distance of C's rows.
void multiply(double alpha, const Operand& A, const Operand& B, double beta, double* C, index_t stride);
/// A B.
Matrix product(const Operand& A, const Operand& B);
/// The lower triangle of C = alpha A'A + beta C, of order A.cols without padding.
void gram(double alpha, const Operand& A, double beta, double* C);

/// The lower triangle of a matrix of order n becomes L with A = L L'.
[[nodiscard]] bool cholesky(double* A, index_t n);
/// Z <- L^-1 Z and Z <- L^-T Z for Z (n x k).
void solve_lower(const double* L, index_t n, double* Z, index_t k);
void solve_upper(const double* L, index_t n, double* Z, index_t k);
/// B <- B (L L')^-1 for B (k x n): its rows are right-hand sides.
void solve_rows(const double* L, index_t n, double* B, index_t k);

/// Eigenvalues of the symmetric A in ascending order; its row i becomes the eigenvector of values[i].
[[nodiscard]] bool eigen(Matrix& A, std::vector<double>& values);
/// The eigenvalues alone; A is destroyed.
[[nodiscard]] bool eigenvalues(Matrix& A, std::vector<double>& values);
/// A = left diag(values) right, values descending, min(rows, cols) of them.
[[nodiscard]] bool singular(Matrix A, Matrix& left, std::vector<double>& values, Matrix& right);
/// Orthonormal columns that span those of B, rows >= cols.
[[nodiscard]] bool orthonormalise(Matrix& B);

/// Throws `DataError`, "<what> could not be computed", unless `exists`: the numbers are too large or too small.
void require_decomposition(bool exists, const char* what);

}  // namespace burelu
