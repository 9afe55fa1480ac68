#include "study/kernel_regression.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "burelu/errors.hpp"
#include "linalg/dense.hpp"

namespace burelu::study {
namespace {

std::vector<double> row_norms(const Matrix& M) {
  std::vector<double> norms;
  for (index_t i = 0; i < M.rows; ++i) norms.push_back(cblas_dnrm2(static_cast<blasint>(M.cols), M.row(i), 1));
  return norms;
}

double kernel_value(Kernel kernel, double inner, double norms) {
  if (norms == 0.0) return 0.0;
  const double cosine = std::clamp(inner / norms, -1.0, 1.0);
  const double angle = std::acos(cosine);
  const double rest = std::numbers::pi - angle;
  const double k1 = norms * (std::sqrt(1.0 - cosine * cosine) + rest * cosine);
  return (kernel == Kernel::nngp ? k1 : k1 + inner * rest) / (2.0 * std::numbers::pi);
}

}  // namespace

Matrix kernel_matrix(Kernel kernel, const Matrix& X, const Matrix& Z) {
  Matrix out = product(X, transposed(Z));
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
  if (!cholesky(K.data.data(), K.rows))
    throw DataError("the kernel matrix is not positive definite; all rows are zero, or gamma is too small");
  solve_lower(K.data.data(), K.rows, weights_.data.data(), Y.cols);
  solve_upper(K.data.data(), K.rows, weights_.data.data(), Y.cols);
}

Matrix KernelRegression::predict(const Matrix& Z) const { return product(kernel_matrix(kernel_, Z, X_), weights_); }

}  // namespace burelu::study
