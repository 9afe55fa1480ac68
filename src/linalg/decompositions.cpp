// Eigenvalues, singular values, QR and inverses by LAPACK, on one thread.
#include <lapacke.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>

#include "burelu/errors.hpp"
#include "linalg/all_finite.hpp"
#include "linalg/blas_scope.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }
lapack_int lapack(index_t n) { return static_cast<lapack_int>(n); }

/// LAPACK's answer as the room's: see dense.hpp.
bool exists(lapack_int info) {
  if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR) throw std::bad_alloc();
  return info == 0;  // below zero: an argument that is not a number
}

bool symmetric(char job, Matrix& A, std::vector<double>& values) {
  values.assign(at(A.rows), 0.0);
  if (A.rows == 0) return true;
  if (!all_finite(A.data)) return false;
  const BlasScope one;
  return exists(
      LAPACKE_dsyevd(LAPACK_COL_MAJOR, job, 'L', lapack(A.rows), A.data.data(), lapack(A.rows), values.data()));
}

}  // namespace

bool eigen(Matrix& A, std::vector<double>& values) { return symmetric('V', A, values); }

bool eigenvalues(Matrix& A, std::vector<double>& values) { return symmetric('N', A, values); }

// Column-major A' = right' diag(values) left'.
bool singular(Matrix A, Matrix& left, std::vector<double>& values, Matrix& right) {
  const index_t k = std::min(A.rows, A.cols);
  left = Matrix(A.rows, k);
  right = Matrix(k, A.cols);
  values.assign(at(k), 0.0);
  if (k == 0) return true;
  if (!all_finite(A.data)) return false;
  const BlasScope one;
  return exists(LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', lapack(A.cols), lapack(A.rows), A.data.data(), lapack(A.cols),
                               values.data(), right.data.data(), lapack(A.cols), left.data.data(), lapack(k)));
}

bool orthonormalise(Matrix& B) {
  if (B.cols == 0) return true;
  if (!all_finite(B.data)) return false;
  std::vector<double> tau(at(B.cols));
  const BlasScope one;
  return exists(LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, lapack(B.rows), lapack(B.cols), B.data.data(), lapack(B.cols),
                               tau.data())) &&
         exists(LAPACKE_dorgqr(LAPACK_ROW_MAJOR, lapack(B.rows), lapack(B.cols), lapack(B.cols), B.data.data(),
                               lapack(B.cols), tau.data()));
}

void require_decomposition(bool found, const char* what) {
  if (!found) throw DataError(std::string(what) + " could not be computed: scale the features");
}

}  // namespace burelu
