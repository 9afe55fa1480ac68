// Rank by singular values: of the columns at unit size, then, where they are dependent, of the columns as they are.
#include "problem/directions.hpp"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace burelu {
namespace {

constexpr double kRank = 16.0;  // singular values below kRank max(m, d) eps sigma_max are noise

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

std::vector<double> column_norms(const Matrix& X) {
  std::vector<double> norms(at(X.cols), 0.0);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) norms[at(j)] = std::hypot(norms[at(j)], X(i, j));
  return norms;
}

Matrix selected(const Matrix& X, const std::vector<index_t>& columns, const std::vector<double>& divisor) {
  Matrix out(X.rows, static_cast<index_t>(columns.size()));
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t k = 0; k < out.cols; ++k) out(i, k) = X(i, columns[at(k)]) / divisor[at(k)];
  return out;
}

/// Singular values of X, which is destroyed; `left` receives the directions of the row space (d x k, column-major).
index_t rank_of(Matrix X, std::vector<double>* left) {
  const index_t m = X.rows;
  const index_t d = X.cols;
  const index_t k = std::min(m, d);
  if (k == 0) return 0;
  std::vector<double> sigma(at(k));
  std::vector<double> right(left != nullptr ? at(k * m) : 1);
  if (left != nullptr) left->resize(at(d * k));
  double none = 0.0;
  const auto ld = static_cast<lapack_int>(d);
  const auto lk = static_cast<lapack_int>(k);
  // Row-major X (m x d) is column-major X' (d x m): its left singular vectors span the row space.
  const lapack_int info =
      LAPACKE_dgesdd(LAPACK_COL_MAJOR, left != nullptr ? 'S' : 'N', ld, static_cast<lapack_int>(m), X.data.data(), ld,
                     sigma.data(), left != nullptr ? left->data() : &none, ld, right.data(), lk);
  if (info != 0) throw std::runtime_error("presolve: the singular value decomposition of X failed to converge");
  const double noise = kRank * static_cast<double>(std::max(m, d)) * std::numeric_limits<double>::epsilon() * sigma[0];
  return std::count_if(sigma.begin(), sigma.end(), [&](double s) { return s > noise; });
}

}  // namespace

std::optional<Matrix> independent_directions(const Matrix& X) {
  const std::vector<double> norms = column_norms(X);
  std::vector<index_t> columns;
  std::vector<double> sizes;
  for (index_t j = 0; j < X.cols; ++j)
    if (norms[at(j)] > 0.0) {
      columns.push_back(j);
      sizes.push_back(norms[at(j)]);
    }
  const auto kept = static_cast<index_t>(columns.size());
  if (X.rows >= kept && rank_of(selected(X, columns, sizes), nullptr) == kept) {
    if (kept == X.cols) return std::nullopt;
    Matrix basis(kept, X.cols);
    for (index_t k = 0; k < kept; ++k) basis(k, columns[at(k)]) = 1.0;
    return basis;
  }
  std::vector<double> left;
  const index_t rank = rank_of(selected(X, columns, std::vector<double>(at(kept), 1.0)), &left);
  Matrix basis(rank, X.cols);
  for (index_t l = 0; l < rank; ++l)
    for (index_t k = 0; k < kept; ++k) basis(l, columns[at(k)]) = left[at(l * kept + k)];
  return basis;
}

}  // namespace burelu
