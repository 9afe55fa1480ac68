// Rank by singular values: of the columns at unit size, then, where they are dependent, of the columns as they are.
#include "problem/directions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "linalg/dense.hpp"

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

/// The numerical rank of X; the rows of `directions` span its row space, strongest first.
index_t rank_of(Matrix X, Matrix& directions) {
  if (X.rows == 0 || X.cols == 0) return 0;
  const auto most = static_cast<double>(std::max(X.rows, X.cols));
  Matrix left;
  std::vector<double> sigma;
  require_decomposition(singular(std::move(X), left, sigma, directions), "the singular values of X");
  const double noise = kRank * most * std::numeric_limits<double>::epsilon() * sigma[0];
  return std::count_if(sigma.begin(), sigma.end(), [&](double s) { return s > noise; });
}

}  // namespace

std::optional<Matrix> independent_directions(const Matrix& X, const Stop* stop) {
  const std::vector<double> norms = column_norms(X);
  std::vector<index_t> columns;
  std::vector<double> sizes;
  for (index_t j = 0; j < X.cols; ++j)
    if (norms[at(j)] > 0.0) {
      columns.push_back(j);
      sizes.push_back(norms[at(j)]);
    }
  const auto kept = static_cast<index_t>(columns.size());
  Matrix directions;
  if (X.rows >= kept && rank_of(selected(X, columns, sizes), directions) == kept) {
    if (kept == X.cols) return std::nullopt;
    Matrix basis(kept, X.cols);
    for (index_t k = 0; k < kept; ++k) basis(k, columns[at(k)]) = 1.0;
    return basis;
  }
  if (due(stop)) return std::nullopt;
  const index_t rank = rank_of(selected(X, columns, std::vector<double>(at(kept), 1.0)), directions);
  Matrix basis(rank, X.cols);
  for (index_t l = 0; l < rank; ++l)
    for (index_t k = 0; k < kept; ++k) basis(l, columns[at(k)]) = directions(l, k);
  return basis;
}

}  // namespace burelu
