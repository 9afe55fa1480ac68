// Two-pass moments (Chan, Golub, LeVeque 1983): no cancellation where the mean is large.
#include "io/preparation.hpp"

#include <algorithm>
#include <cmath>

namespace burelu {
namespace {

struct Moments {
  double mean = 0.0;
  double scale = 1.0;
};

/// A column is constant when its spread is rounding: then it is centred and not scaled.
Moments moments(const Matrix& X, index_t column) {
  const auto n = static_cast<double>(X.rows);
  double mean = 0.0;
  double largest = 0.0;
  for (index_t i = 0; i < X.rows; ++i) {
    mean += X(i, column);
    largest = std::max(largest, std::fabs(X(i, column)));
  }
  mean /= n;
  double squares = 0.0;
  bool constant = true;
  for (index_t i = 0; i < X.rows; ++i) {
    squares += (X(i, column) - mean) * (X(i, column) - mean);
    constant = constant && X(i, column) == X(0, column);
  }
  if (constant) return {X(0, column), 1.0};
  const double deviation = std::sqrt(squares / n);
  return {mean, deviation > 1e-14 * largest ? deviation : 1.0};
}

}  // namespace

void fit_standardization(const Matrix& X, Preparation& preparation) {
  for (index_t j = 0; j < X.cols; ++j) {
    const Moments column = moments(X, j);
    preparation.mean.push_back(column.mean);
    preparation.scale.push_back(column.scale);
  }
}

Matrix prepare(const Matrix& X, const Preparation& preparation) {
  Matrix prepared(X.rows, X.cols + (preparation.bias ? 1 : 0), 1.0);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) {
      const auto k = static_cast<std::size_t>(j);
      prepared(i, j) = preparation.standardized() ? (X(i, j) - preparation.mean[k]) / preparation.scale[k] : X(i, j);
    }
  return prepared;
}

}  // namespace burelu
