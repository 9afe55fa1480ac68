// Eigenvectors of X'X of the centred X in the row space where there are more features than rows:
// of order min(n, d).
#include <algorithm>
#include <cmath>

#include "burelu/errors.hpp"
#include "linalg/dense.hpp"
#include "linalg/row_space.hpp"
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

/// An eigenvector is known up to its sign: the largest entry is positive.
void fix_sign(double* direction, index_t size) {
  const double* largest =
      std::max_element(direction, direction + size, [](double a, double b) { return std::fabs(a) < std::fabs(b); });
  if (*largest >= 0.0) return;
  for (index_t j = 0; j < size; ++j) direction[j] = -direction[j];
}

/// Eigenvectors of X'X with the largest eigenvalues, one per row.
Matrix largest_directions(const Matrix& X, index_t count) {
  Matrix Q(X.cols, X.cols);
  std::vector<double> variances;
  gram(1.0, X, 0.0, Q.data.data());
  if (!eigen(Q, variances))
    throw DataError("--pca: the eigenvalues could not be computed; scale the features (--scale or --standardize)");
  Matrix out(count, X.cols);
  for (index_t k = 0; k < count; ++k) std::copy_n(Q.row(X.cols - 1 - k), X.cols, out.row(k));  // eigenvalues ascend
  return out;
}

}  // namespace

Matrix principal_components(Matrix& X, index_t count, std::vector<double>& center) {
  constexpr index_t kMost = 20000;  // X'X then takes 3.2 GB
  if (std::min(X.rows, X.cols) > kMost)
    throw DataError("--pca: there are " + std::to_string(X.cols) + " features, more than the " + std::to_string(kMost) +
                    " for which principal components are computed; leave some out with --ignore");
  center = centred(X);
  Matrix components;
  if (X.cols > X.rows) {
    const RowSpace space = row_space(X);
    components = into_row_space(largest_directions(space.L, count), space.Q);
  } else {
    components = largest_directions(X, count);
  }
  for (index_t k = 0; k < count; ++k) fix_sign(components.row(k), X.cols);
  return components;
}

}  // namespace burelu
