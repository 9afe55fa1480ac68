// Cholesky factorisation and triangular solves. Large ones by blocks of kBlock columns: factorise the diagonal block,
// solve for the rows below it, update what is right of them, tile by tile (Golub and Van Loan, Matrix Computations,
// 4.2.9), the last two by a team.
#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>

#include "linalg/blas_scope.hpp"
#include "linalg/dense.hpp"
#include "linalg/team.hpp"

namespace burelu {
namespace {

constexpr index_t kBlock = 128;
constexpr index_t kManyBlocks = 6;   // from which a team gains
constexpr double kWorthATeam = 5e6;  // flops of a solve, as for products
constexpr index_t kUnit = 8;         // right-hand sides, a cache line

blasint blas(index_t n) { return static_cast<blasint>(n); }

/// Column-major A of order n within columns that are `stride` apart.
bool factorise_block(double* A, index_t n, index_t stride) {
  const BlasScope one;
  if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', blas(n), A, blas(stride)) != 0) return false;
  for (index_t i = 0; i < n; ++i)  // not every BLAS notices a pivot that is no number
    if (const double pivot = A[i * stride + i]; !(pivot > 0.0) || !std::isfinite(pivot)) return false;
  return true;
}

/// One block column: what is below it, then what is right of it. `A` is its diagonal block, already factorised.
void eliminate(const Team& team, double* A, index_t width, index_t below, index_t stride) {
  double* const panel = A + width;
  team.share(below, kUnit, [&](int, index_t begin, index_t end) {
    if (begin == end) return;
    const BlasScope one;
    cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, blas(end - begin), blas(width), 1.0, A,
                blas(stride), panel + begin, blas(stride));
  });
  const index_t blocks = (below + kBlock - 1) / kBlock;
  double* const rest = A + width * stride + width;
  team.each(blocks * blocks, [&](index_t k) {
    const index_t i = k / blocks * kBlock;
    const index_t j = k % blocks * kBlock;
    if (j > i) return;
    const BlasScope one;
    const blasint rows = blas(std::min(kBlock, below - i));
    double* const to = rest + j * stride + i;
    if (i == j)
      cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, rows, blas(width), -1.0, panel + i, blas(stride), 1.0, to,
                  blas(stride));
    else
      cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, rows, blas(kBlock), blas(width), -1.0, panel + i,
                  blas(stride), panel + j, blas(stride), 1.0, to, blas(stride));
  });
}

/// Z' is column-major: Z' <- Z' L^-T for L^-1 Z, Z' <- Z' L^-1 for L^-T Z.
void solve(const double* L, index_t n, CBLAS_TRANSPOSE side, double* Z, index_t k) {
  const bool large = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k) >= kWorthATeam;
  (large ? Team::current() : Team()).share(k, kUnit, [&](int, index_t begin, index_t end) {
    if (begin == end || n == 0) return;
    const BlasScope one;
    cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, side, CblasNonUnit, blas(end - begin), blas(n), 1.0, L, blas(n),
                Z + begin, blas(k));
  });
}

}  // namespace

bool cholesky(double* A, index_t n) {
  const Team team = n < kManyBlocks * kBlock ? Team() : Team::current();
  if (team.size() == 1) return n == 0 || factorise_block(A, n, n);
  for (index_t k = 0; k < n; k += kBlock) {
    const index_t width = std::min(kBlock, n - k);
    if (!factorise_block(A + k * n + k, width, n)) return false;
    eliminate(team, A + k * n + k, width, n - k - width, n);
  }
  return true;
}

void solve_lower(const double* L, index_t n, double* Z, index_t k) { solve(L, n, CblasTrans, Z, k); }

void solve_upper(const double* L, index_t n, double* Z, index_t k) { solve(L, n, CblasNoTrans, Z, k); }

void solve_rows(const double* L, index_t n, double* B, index_t k) {
  const bool large = 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k) >= kWorthATeam;
  (large ? Team::current() : Team()).share(k, 1, [&](int, index_t begin, index_t end) {
    if (begin == end || n == 0) return;
    const BlasScope one;
    LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'L', blas(n), blas(end - begin), L, blas(n), B + begin * n, blas(n));
  });
}

}  // namespace burelu
