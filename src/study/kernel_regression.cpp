#include "study/kernel_regression.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "burelu/errors.hpp"

namespace burelu::study {
namespace {

std::vector<double> row_norms(const Matrix& M) {
  std::vector<double> norms;
  for (index_t i = 0; i < M.rows; ++i) norms.push_back(cblas_dnrm2(static_cast<blasint>(M.cols), M.row(i), 1));
  return norms;
}

double kernel_value(Kernel kernel, double product, double norms) {
  if (norms == 0.0) return 0.0;
  const double cosine = std::clamp(product / norms, -1.0, 1.0);
  const double angle = std::acos(cosine);
  const double rest = std::numbers::pi - angle;
  const double k1 = norms * (std::sqrt(1.0 - cosine * cosine) + rest * cosine);
  return (kernel == Kernel::nngp ? k1 : k1 + product * rest) / (2.0 * std::numbers::pi);
}

}  // namespace

Matrix kernel_matrix(Kernel kernel, const Matrix& X, const Matrix& Z) {
  Matrix out(X.rows, Z.rows);
  if (out.data.empty() || X.cols == 0) return out;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<blasint>(X.rows), static_cast<blasint>(Z.rows),
              static_cast<blasint>(X.cols), 1.0, X.data.data(), static_cast<blasint>(X.cols), Z.data.data(),
              static_cast<blasint>(Z.cols), 0.0, out.data.data(), static_cast<blasint>(Z.rows));
  const std::vector<double> x = row_norms(X);
  const std::vector<double> z = row_norms(Z);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < Z.rows; ++j)
      out(i, j) = kernel_value(kernel, out(i, j), x[static_cast<std::size_t>(i)] * z[static_cast<std::size_t>(j)]);
  return out;
}

KernelRegression::KernelRegression(Kernel kernel, const Matrix& X, const Matrix& Y, double gamma)
    : kernel_(kernel), X_(X), weights_(Y) {
  Matrix K = kernel_matrix(kernel, X, X);
  double mean = 0.0;
  for (index_t i = 0; i < K.rows; ++i) mean += K(i, i) / static_cast<double>(K.rows);
  for (index_t i = 0; i < K.rows; ++i) K(i, i) += gamma * mean;
  const auto n = static_cast<lapack_int>(K.rows);
  const auto c = static_cast<lapack_int>(Y.cols);
  if (LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', n, c, K.data.data(), n, weights_.data.data(), c) != 0)
    throw DataError("the kernel matrix is not positive definite; all rows are zero, or gamma is too small");
}

Matrix KernelRegression::predict(const Matrix& Z) const {
  const Matrix K = kernel_matrix(kernel_, Z, X_);
  Matrix out(Z.rows, weights_.cols);
  if (out.data.empty()) return out;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<blasint>(Z.rows),
              static_cast<blasint>(weights_.cols), static_cast<blasint>(X_.rows), 1.0, K.data.data(),
              static_cast<blasint>(X_.rows), weights_.data.data(), static_cast<blasint>(weights_.cols), 0.0,
              out.data.data(), static_cast<blasint>(weights_.cols));
  return out;
}

}  // namespace burelu::study
