#include "cpu/cpu_slack.hpp"

#include <cblas.h>
#include <lapacke.h>

#include "linalg/all_finite.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

// Z row-major is Z' column-major: Z' <- Z' L^-T for L^-1 Z, Z' <- Z' L^-1 for L^-T Z.
void solve(const std::vector<double>& factor, CBLAS_TRANSPOSE transpose, Matrix& Z) {
  cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, transpose, CblasNonUnit, static_cast<blasint>(Z.cols),
              static_cast<blasint>(Z.rows), 1.0, factor.data(), static_cast<blasint>(Z.rows), Z.data.data(),
              static_cast<blasint>(Z.cols));
}

}  // namespace

CpuSlack::CpuSlack(const Matrix& X, double gamma) : X_(X), gamma_(gamma), order_(X.rows + X.cols) {}

void CpuSlack::assemble(const SlackMixture& mixture) {
  const index_t m = X_.rows;
  matrix_.resize(at(order_ * order_));
  for (index_t k = 0; k < order_; ++k) {
    const double* from = form_->data() + k * order_;
    double* to = matrix_.data() + k * order_;
    for (index_t i = k; i < order_; ++i) to[i] = mixture.form * from[i];
    if (mixture.anchor != 0.0) {
      const double* anchor = anchor_->data() + k * order_;
      for (index_t i = k; i < order_; ++i) to[i] += mixture.anchor * anchor[i];
    }
    if (k < m) {
      const double t = mixture.tied[at(k)];
      to[k] += t;
      for (index_t j = 0; j < X_.cols; ++j) to[m + j] -= 0.5 * t * X_(k, j);
    } else {
      to[k] += 0.5 * gamma_;
    }
    to[k] *= mixture.spare;
  }
}

bool CpuSlack::factorise(const SlackMixture& mixture) {
  assemble(mixture);
  const auto size = static_cast<lapack_int>(order_);
  return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', size, matrix_.data(), size) == 0;
}

void CpuSlack::solve_lower(Matrix& Z) { solve(matrix_, CblasTrans, Z); }

void CpuSlack::solve_upper(Matrix& Z) { solve(matrix_, CblasNoTrans, Z); }

Curvature CpuSlack::negative_part(const SlackMixture& mixture) {
  assemble(mixture);
  if (!all_finite(matrix_)) return {};
  const auto size = static_cast<lapack_int>(order_);
  Curvature out{std::vector<double>(at(order_)), std::vector<double>(at(order_ * order_))};
  std::vector<lapack_int> support(at(2 * order_));
  lapack_int found = 0;
  if (LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'V', 'L', size, matrix_.data(), size, -1e300, 0.0, 0, 0, 0.0, &found,
                     out.values.data(), out.vectors.data(), size, support.data()) != 0)
    return {};
  out.values.resize(at(found));
  out.vectors.resize(at(found * order_));
  return out;
}

}  // namespace burelu
