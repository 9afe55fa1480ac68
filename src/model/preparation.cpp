// Two-pass moments (Chan, Golub, LeVeque 1983): no cancellation where the mean is large.
#include "model/preparation.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "burelu/errors.hpp"

namespace burelu {
namespace {

struct Moments {
  double mean = 0.0;
  double scale = 1.0;
  bool constant = false;
};

bool all_equal(const Matrix& X, index_t column) {
  for (index_t i = 1; i < X.rows; ++i)
    if (X(i, column) != X(0, column)) return false;
  return true;
}

/// A column is constant when its spread is rounding. Its first value is its mean to the bit where all are equal; noise
/// of rounding is brought down to that size beside one.
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
  for (index_t i = 0; i < X.rows; ++i) squares += (X(i, column) - mean) * (X(i, column) - mean);
  const double deviation = std::sqrt(squares / n);
  if (deviation > 1e-14 * largest) return {mean, deviation, false};
  const bool equal = squares == 0.0 || all_equal(X, column);
  return {equal ? X(0, column) : mean, equal ? 1.0 : largest, true};
}

void fit_standardization(const Matrix& X, Preparation& preparation) {
  for (index_t j = 0; j < X.cols; ++j) {
    const Moments column = moments(X, j);
    preparation.mean.push_back(column.mean);
    preparation.scale.push_back(column.scale);
    if (column.constant) preparation.constant.push_back(j);
  }
}

double largest_magnitude(const Matrix& X) {
  double largest = 0.0;
  for (const double value : X.data) largest = std::max(largest, std::fabs(value));
  return largest;
}

void divide(Matrix& X, double divisor) {
  if (divisor == 1.0) return;
  for (double& value : X.data) value /= divisor;
}

void standardize(Matrix& X, const Preparation& preparation) {
  if (!preparation.standardized()) return;
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) {
      const auto k = static_cast<std::size_t>(j);
      X(i, j) = (X(i, j) - preparation.mean[k]) / preparation.scale[k];
    }
}

/// Row by row in a fixed order: the same row gives the same bits in whatever company.
Matrix projected(const Matrix& X, const Preparation& preparation, bool centred) {
  const Matrix& P = preparation.components;
  Matrix transposed(P.cols, P.rows);
  for (index_t k = 0; k < P.rows; ++k)
    for (index_t j = 0; j < P.cols; ++j) transposed(j, k) = P(k, j);
  Matrix result(X.rows, P.rows);
  for (index_t i = 0; i < X.rows; ++i) {
    double* row = result.row(i);
    for (index_t j = 0; j < X.cols; ++j) {
      const double value = centred ? X(i, j) : X(i, j) - preparation.center[static_cast<std::size_t>(j)];
      const double* direction = transposed.row(j);
      for (index_t k = 0; k < P.rows; ++k) row[k] += value * direction[k];
    }
  }
  return result;
}

/// In place, from the last row on.
void append_ones(Matrix& X) {
  const auto width = static_cast<std::size_t>(X.cols);
  X.data.resize(static_cast<std::size_t>(X.rows) * (width + 1));
  for (auto i = static_cast<std::size_t>(X.rows); i > 0; --i) {
    double* row = X.data.data() + (i - 1) * (width + 1);
    std::copy_backward(X.data.data() + (i - 1) * width, X.data.data() + i * width, row + width);
    row[width] = 1.0;
  }
  ++X.cols;
}

void check_features(const Matrix& X, const Preparation& preparation) {
  const auto given = static_cast<std::size_t>(X.cols);
  for (const std::vector<double>* values : {&preparation.mean, &preparation.scale, &preparation.center})
    if (!values->empty() && values->size() != given)
      throw DataError("the preparation is for " + std::to_string(values->size()) + " features, the data have " +
                      std::to_string(given) + "; pass the features it was learnt from");
}

}  // namespace

Matrix fit_preparation(Matrix X, const PreparationChoice& choice, double full_range, Preparation& preparation) {
  if (X.rows == 0 || X.cols == 0)
    throw DataError("there are no samples, or no features, to learn the preparation from");
  const index_t most = std::min(X.rows, X.cols);
  if (choice.components > most)
    throw DataError("--pca " + std::to_string(choice.components) + ": there are at most " + std::to_string(most) +
                    " components (the smaller of rows and features); ask for fewer");
  if (choice.scale) preparation.divisor = full_range > 0.0 ? full_range : largest_magnitude(X);
  if (preparation.divisor == 0.0) preparation.divisor = 1.0;
  divide(X, preparation.divisor);
  if (choice.standardize) fit_standardization(X, preparation);
  standardize(X, preparation);
  if (choice.components > 0) {
    preparation.components = principal_components(X, choice.components, preparation.center);
    X = projected(X, preparation, true);
  }
  preparation.bias = choice.bias;
  if (choice.bias) append_ones(X);
  return X;
}

Matrix prepare(Matrix X, const Preparation& preparation) {
  check_features(X, preparation);
  divide(X, preparation.divisor);
  standardize(X, preparation);
  if (preparation.reduced()) X = projected(X, preparation, false);
  if (preparation.bias) append_ones(X);
  return X;
}

std::vector<std::string> constant_features(const Preparation& preparation) {
  std::vector<std::string> names;
  const std::vector<index_t>& constant = preparation.constant;
  for (std::size_t j = 0; j < preparation.mean.size(); ++j)
    if (std::binary_search(constant.begin(), constant.end(), static_cast<index_t>(j)) ||
        (preparation.mean[j] == 0.0 && preparation.scale[j] == 1.0))
      names.push_back(j < preparation.features.size() ? preparation.features[j] : "x" + std::to_string(j));
  return names;
}

}  // namespace burelu
