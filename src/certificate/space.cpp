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

/// Columns first .. first + V.cols of `basis` from those of V, orthonormal to all before. Where V depends on those, any
/// direction will do.
void append(Matrix& basis, index_t first, const Matrix& V) {
  const index_t cols = std::min(first + V.cols, basis.cols);
  Matrix all(basis.rows, cols);
  for (index_t i = 0; i < basis.rows; ++i) {
    std::copy_n(basis.row(i), first, all.row(i));
    std::copy_n(V.row(i), cols - first, all.row(i) + first);
  }
  if (!all_finite(all.data)) std::fill(all.data.begin(), all.data.end(), 0.0);
  require_decomposition(orthonormalise(all), "a basis of the loss rows");
  for (index_t i = 0; i < basis.rows; ++i) std::copy_n(all.row(i) + first, cols - first, basis.row(i) + first);
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
  if (!full_) {
    valid_ = build_krylov(W);
    return;
  }
  basis_ = Matrix(rows, rows);
  for (index_t i = 0; i < rows; ++i) basis_(i, i) = 1.0;
  Y_ = reduced.Y;
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

/// Blocks of the basis and their images under J N^-1 J', from which the next block comes, and G.
bool LossSpace::build_krylov(const Matrix& W) {
  const index_t rows = W.rows;
  const index_t block = 2 * W.cols;
  basis_ = Matrix(rows, std::min(rows, most_columns(reduced_)));
  Matrix images(rows, basis_.cols);
  Matrix V(rows, block);
  for (index_t i = 0; i < rows; ++i) {
    std::copy_n(W.row(i), W.cols, V.row(i));
    std::copy_n(reduced_.Y.row(i), W.cols, V.row(i) + W.cols);
  }
  for (index_t first = 0; first < basis_.cols; first += block) {
    append(basis_, first, V);
    const index_t width = std::min(block, basis_.cols - first);
    Matrix own(rows, width);
    for (index_t i = 0; i < rows; ++i) std::copy_n(basis_.row(i) + first, width, own.row(i));
    Matrix Z = pulled_back(reduced_, own);
    if (!slack_.solve(Z)) return false;
    V = pushed_forward(reduced_, Z);
    for (index_t i = 0; i < rows; ++i) std::copy_n(V.row(i), width, images.row(i) + first);
  }
  G_ = product(transposed(basis_), images);
  for (index_t i = 0; i < G_.rows; ++i)
    for (index_t j = 0; j < i; ++j) G_(i, j) = G_(j, i) = 0.5 * (G_(i, j) + G_(j, i));
  Y_ = product(transposed(basis_), reduced_.Y);
  return all_finite(G_.data);
}

}  // namespace burelu
