#include "interior/dense.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace burelu::interior {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
blasint blas(index_t n) { return static_cast<blasint>(n); }

}  // namespace

Matrix product(const Matrix& a, const Matrix& b, bool transpose_a) {
  const index_t rows = transpose_a ? a.cols : a.rows;
  const index_t inner = transpose_a ? a.rows : a.cols;
  Matrix out(rows, b.cols);
  cblas_dgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, CblasNoTrans, blas(rows), blas(b.cols),
              blas(inner), 1.0, a.data.data(), blas(a.cols), b.data.data(), blas(b.cols), 0.0, out.data.data(),
              blas(b.cols));
  return out;
}

double inner(const Matrix& a, const Matrix& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.data.size(); ++i) sum += a.data[i] * b.data[i];
  return sum;
}

void add(Matrix& to, double scale, const Matrix& from) {
  for (std::size_t i = 0; i < to.data.size(); ++i) to.data[i] += scale * from.data[i];
}

Matrix inverse(Matrix a) {
  const auto n = static_cast<lapack_int>(a.rows);
  if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', n, a.data.data(), n) != 0) return {};
  if (LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'L', n, a.data.data(), n) != 0) return {};
  for (index_t i = 0; i < a.rows; ++i)
    for (index_t j = 0; j < i; ++j) a(j, i) = a(i, j);
  return a;
}

double step_to_boundary(Matrix A, Matrix D, double most) {
  const auto n = static_cast<lapack_int>(A.rows);
  if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', n, A.data.data(), n) != 0) return 0.0;
  cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, n, n, 1.0, A.data.data(), n,
              D.data.data(), n);
  cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, n, n, 1.0, A.data.data(), n,
              D.data.data(), n);
  std::vector<double> values(at(n));
  for (const double value : D.data)
    if (!std::isfinite(value)) return 0.0;
  if (LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'N', 'L', n, D.data.data(), n, values.data()) != 0) return 0.0;
  return values.front() < -1.0 / most ? -1.0 / values.front() : most;
}

}  // namespace burelu::interior
