// Eigenvectors of X'X of the centred X by LAPACK (dsyevd): d x d work, whatever the number of rows.
#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>

#include "burelu/errors.hpp"
#include "linalg/blas_scope.hpp"
#include "model/preparation.hpp"

namespace burelu {
namespace {

std::vector<double> centred(Matrix& X) {
  std::vector<double> center;
  for (index_t j = 0; j < X.cols; ++j) {
    double sum = 0.0;
    for (index_t i = 0; i < X.rows; ++i) sum += X(i, j);
    center.push_back(sum / static_cast<double>(X.rows));
  }
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) X(i, j) -= center[static_cast<std::size_t>(j)];
  return center;
}

/// An eigenvector is known up to its sign.
double sign_of_largest(const Matrix& Q, index_t column) {
  index_t largest = 0;
  for (index_t i = 1; i < Q.rows; ++i)
    if (std::fabs(Q(i, column)) > std::fabs(Q(largest, column))) largest = i;
  return Q(largest, column) < 0.0 ? -1.0 : 1.0;
}

}  // namespace

Matrix principal_components(Matrix& X, index_t count, std::vector<double>& center) {
  constexpr index_t kMost = 20000;  // X'X then takes 3.2 GB
  if (X.cols > kMost)
    throw DataError("--pca: there are " + std::to_string(X.cols) + " features, more than the " + std::to_string(kMost) +
                    " for which principal components are computed; leave some out with --ignore");
  center = centred(X);
  const auto d = static_cast<blasint>(X.cols);
  Matrix Q(X.cols, X.cols);
  std::vector<double> variances(static_cast<std::size_t>(X.cols));
  const BlasScope one;
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, d, static_cast<blasint>(X.rows), 1.0, X.data.data(), d, 0.0,
              Q.data.data(), d);
  if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'U', d, Q.data.data(), d, variances.data()) != 0)
    throw DataError("--pca: the eigenvalues could not be computed; scale the features (--scale or --standardize)");
  Matrix components(count, X.cols);
  for (index_t k = 0; k < count; ++k) {
    const index_t column = X.cols - 1 - k;  // eigenvalues ascend
    const double sign = sign_of_largest(Q, column);
    for (index_t j = 0; j < X.cols; ++j) components(k, j) = sign * Q(j, column);
  }
  return components;
}

}  // namespace burelu
