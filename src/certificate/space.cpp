// Bases of loss rows, see space.hpp.
#include "certificate/space.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/all_finite.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr index_t kFullBasis = 150;  // beyond, eigenvectors of G would dominate
constexpr int kKrylov = 4;           // powers of G

/// J Z for Z (m + d) x c: the transpose of `pulled_back`.
Matrix pushed_forward(const Presolved& p, const Matrix& Z) {
  const index_t m = p.rows();
  Matrix out(p.Y.rows, Z.cols);
  std::copy(Z.data.begin(), Z.data.begin() + m * Z.cols, out.data.begin());
  for (std::size_t l = 0; l < p.negative.size(); ++l) {
    const index_t k = p.negative[l];
    double* row = out.row(m + static_cast<index_t>(l));
    for (index_t j = 0; j < Z.cols; ++j) {
      double b = Z(k, j);
      for (index_t i = 0; i < p.features(); ++i) b -= p.X(k, i) * Z(m + i, j);
      row[j] = p.negative_scale[l] * b;
    }
  }
  return out;
}

/// Columns brought to norm 1; zero columns stay.
void normalise_columns(Matrix& V) {
  for (index_t j = 0; j < V.cols; ++j) {
    double sum = 0.0;
    for (index_t i = 0; i < V.rows; ++i) sum += V(i, j) * V(i, j);
    for (index_t i = 0; sum > 0.0 && i < V.rows; ++i) V(i, j) /= std::sqrt(sum);
  }
}

}  // namespace

Matrix pulled_back(const Presolved& p, const Matrix& W) {
  const index_t m = p.rows();
  Matrix out(m + p.features(), W.cols);
  std::copy(W.data.begin(), W.data.begin() + m * W.cols, out.data.begin());
  for (std::size_t l = 0; l < p.negative.size(); ++l) {
    const index_t k = p.negative[l];
    const double* w = W.row(m + static_cast<index_t>(l));
    for (index_t j = 0; j < W.cols; ++j) {
      out(k, j) += p.negative_scale[l] * w[j];
      for (index_t i = 0; i < p.features(); ++i) out(m + i, j) -= p.X(k, i) * p.negative_scale[l] * w[j];
    }
  }
  return out;
}

LossSpace::LossSpace(const Presolved& reduced, SparseSlack& slack, const Matrix& W)
    : reduced_(reduced), slack_(slack), full_(reduced.Y.rows <= kFullBasis) {
  const index_t rows = reduced.Y.rows;
  if (full_) {
    basis_ = Matrix(rows, rows);
    for (index_t i = 0; i < rows; ++i) basis_(i, i) = 1.0;
    Y_ = reduced.Y;
  } else {
    if (!(valid_ = build_krylov(W))) return;
    Y_ = product(transposed(basis_), reduced.Y);
  }
  Matrix Z = pulled_back(reduced, basis_);
  valid_ = slack_.gram(Z, G_);
}

index_t LossSpace::most_columns(const Presolved& reduced) {
  const index_t rows = reduced.Y.rows;
  return rows <= kFullBasis ? rows : 2 * reduced.outputs() * (kKrylov + 1);
}

Matrix LossSpace::expand(const Matrix& coordinates) const {
  if (full_) return coordinates;
  return product(basis_, coordinates);
}

bool LossSpace::build_krylov(const Matrix& W) {
  const index_t rows = W.rows;
  const index_t block = 2 * W.cols;
  basis_ = Matrix(rows, std::min(rows, most_columns(reduced_)));
  Matrix V(rows, block);
  for (index_t i = 0; i < rows; ++i) {
    std::copy_n(W.row(i), W.cols, V.row(i));
    std::copy_n(reduced_.Y.row(i), W.cols, V.row(i) + W.cols);
  }
  for (index_t first = 0; first < basis_.cols; first += block) {
    normalise_columns(V);
    const index_t width = std::min(block, basis_.cols - first);
    for (index_t i = 0; i < rows; ++i) std::copy_n(V.row(i), width, basis_.row(i) + first);
    Matrix Z = pulled_back(reduced_, V);
    if (!slack_.solve(Z)) return false;
    V = pushed_forward(reduced_, Z);
  }
  if (!all_finite(basis_.data)) std::fill(basis_.data.begin(), basis_.data.end(), 0.0);  // any basis will do
  require_decomposition(orthonormalise(basis_), "a basis of the loss rows");
  return true;
}

}  // namespace burelu
