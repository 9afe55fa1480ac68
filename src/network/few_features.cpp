// u = Q'z on the columns that are not zero, zero elsewhere: the same outputs, the smallest norm.
#include "network/few_features.hpp"

#include <algorithm>
#include <utility>

#include "linalg/row_space.hpp"

namespace burelu {

FewFeatures::FewFeatures(const MatrixView& X) : features_(X.cols) {
  std::vector<char> used(static_cast<std::size_t>(X.cols), 0);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j)
      if (X(i, j) != 0.0) used[static_cast<std::size_t>(j)] = 1;
  for (index_t j = 0; j < X.cols; ++j)
    if (used[static_cast<std::size_t>(j)] != 0) columns_.push_back(j);
  const auto kept = static_cast<index_t>(columns_.size());
  reduces_ = kept < X.cols || kept > X.rows;
  if (!reduces_) return;
  X_ = Matrix(X.rows, kept);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t k = 0; k < kept; ++k) X_(i, k) = X(i, columns_[static_cast<std::size_t>(k)]);
  if (kept <= X.rows) return;
  RowSpace space = row_space(std::move(X_));
  X_ = std::move(space.L);
  Q_ = std::move(space.Q);
}

Matrix FewFeatures::restored(const Matrix& U) const {
  const Matrix narrow = Q_.rows > 0 ? from_row_space(Q_, U) : U;
  Matrix out(features_, U.cols);
  for (std::size_t k = 0; k < columns_.size(); ++k)
    std::copy_n(narrow.row(static_cast<index_t>(k)), U.cols, out.row(columns_[k]));
  return out;
}

Matrix FewFeatures::restricted(const Matrix& U) const {
  Matrix narrow(static_cast<index_t>(columns_.size()), U.cols);
  for (std::size_t k = 0; k < columns_.size(); ++k)
    std::copy_n(U.row(columns_[k]), U.cols, narrow.row(static_cast<index_t>(k)));
  return Q_.rows > 0 ? into_row_space(Q_, narrow) : narrow;
}

}  // namespace burelu
