// Products: one call of BLAS, or blocks of the result shared out to a team.
#include <cblas.h>

#include <algorithm>

#include "linalg/blas_scope.hpp"
#include "linalg/dense.hpp"
#include "linalg/team.hpp"

namespace burelu {
namespace {

constexpr double kWorthATeam = 5e6;  // flops, 0.2 ms: below, threads that sleep between calls cost more than they gain
constexpr index_t kUnit = 8;         // rows or columns of C, a cache line
constexpr index_t kGramBlock = 128;  // of columns, in a shared C

blasint blas(index_t n) { return static_cast<blasint>(n); }
CBLAS_TRANSPOSE side(const Operand& A) { return A.transposed ? CblasTrans : CblasNoTrans; }

Team team_for(double flops) { return flops < kWorthATeam ? Team() : Team::current(); }

/// Rows begin .. end of op(A).
Operand rows_of(const Operand& A, index_t begin, index_t end) {
  Operand out = A;
  out.data += begin * (A.transposed ? 1 : A.stride);
  out.rows = end - begin;
  return out;
}

Operand cols_of(const Operand& A, index_t begin, index_t end) { return transposed(rows_of(transposed(A), begin, end)); }

void one_product(double alpha, const Operand& A, const Operand& B, double beta, double* C, index_t stride) {
  if (A.rows == 0 || B.cols == 0) return;
  const BlasScope one;
  cblas_dgemm(CblasRowMajor, side(A), side(B), blas(A.rows), blas(B.cols), blas(A.cols), alpha, A.data,
              blas(std::max<index_t>(A.stride, 1)), B.data, blas(std::max<index_t>(B.stride, 1)), beta, C,
              blas(std::max<index_t>(stride, 1)));
}

void one_gram(double alpha, const Operand& A, double beta, double* C, index_t stride) {
  if (A.cols == 0) return;
  const BlasScope one;
  cblas_dsyrk(CblasRowMajor, CblasUpper, A.transposed ? CblasNoTrans : CblasTrans, blas(A.cols), blas(A.rows), alpha,
              A.data, blas(std::max<index_t>(A.stride, 1)), beta, C, blas(stride));
}

}  // namespace

void multiply(double alpha, const Operand& A, const Operand& B, double beta, double* C, index_t stride) {
  const double flops = 2.0 * static_cast<double>(A.rows) * static_cast<double>(B.cols) * static_cast<double>(A.cols);
  const Team team = team_for(flops);
  if (A.rows >= B.cols) {
    team.share(A.rows, kUnit, [&](int, index_t begin, index_t end) {
      one_product(alpha, rows_of(A, begin, end), B, beta, C + begin * stride, stride);
    });
  } else {
    team.share(B.cols, kUnit, [&](int, index_t begin, index_t end) {
      one_product(alpha, A, cols_of(B, begin, end), beta, C + begin, stride);
    });
  }
}

Matrix product(const Operand& A, const Operand& B) {
  Matrix C(A.rows, B.cols);
  multiply(1.0, A, B, 0.0, C.data.data(), C.cols);
  return C;
}

void gram(double alpha, const Operand& A, double beta, double* C) {
  const index_t n = A.cols;
  const Team team = team_for(static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(A.rows));
  if (team.size() == 1) return one_gram(alpha, A, beta, C, n);
  const index_t blocks = (n + kGramBlock - 1) / kGramBlock;
  team.each(blocks * blocks, [&](index_t k) {
    const index_t i = k / blocks * kGramBlock;
    const index_t j = k % blocks * kGramBlock;
    if (j < i) return;
    const Operand right = cols_of(A, j, std::min(j + kGramBlock, n));
    if (i == j) return one_gram(alpha, right, beta, C + i * n + i, n);
    one_product(alpha, transposed(cols_of(A, i, i + kGramBlock)), right, beta, C + i * n + j, n);
  });
}

}  // namespace burelu
