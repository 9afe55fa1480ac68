// Bases of loss rows, see certificate_space.hpp.
#include "certificate/space.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "linalg/all_finite.hpp"

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

/// Orthonormal columns that span those of B.
void orthonormalise(Matrix& B) {
  if (!all_finite(B.data)) std::fill(B.data.begin(), B.data.end(), 0.0);  // any basis will do
  std::vector<double> tau(static_cast<std::size_t>(B.cols));
  const auto rows = static_cast<lapack_int>(B.rows);
  const auto cols = static_cast<lapack_int>(B.cols);
  if (LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, rows, cols, B.data.data(), cols, tau.data()) != 0 ||
      LAPACKE_dorgqr(LAPACK_ROW_MAJOR, rows, cols, cols, B.data.data(), cols, tau.data()) != 0)
    throw std::runtime_error("certificate: the QR factorisation of the Krylov basis failed");
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

LossSpace::LossSpace(const Presolved& reduced, DualSlack& slack, const Matrix& W)
    : reduced_(reduced), slack_(slack), full_(reduced.Y.rows <= kFullBasis) {
  const index_t rows = reduced.Y.rows;
  if (full_) {
    basis_ = Matrix(rows, rows);
    for (index_t i = 0; i < rows; ++i) basis_(i, i) = 1.0;
    Y_ = reduced.Y;
  } else {
    if (!(valid_ = build_krylov(W))) return;
    Y_ = Matrix(basis_.cols, W.cols);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, static_cast<blasint>(basis_.cols),
                static_cast<blasint>(W.cols), static_cast<blasint>(rows), 1.0, basis_.data.data(),
                static_cast<blasint>(basis_.cols), reduced.Y.data.data(), static_cast<blasint>(W.cols), 0.0,
                Y_.data.data(), static_cast<blasint>(W.cols));
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
  Matrix out(basis_.rows, coordinates.cols);
  const auto c = static_cast<blasint>(coordinates.cols);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<blasint>(basis_.rows), c,
              static_cast<blasint>(basis_.cols), 1.0, basis_.data.data(), static_cast<blasint>(basis_.cols),
              coordinates.data.data(), c, 0.0, out.data.data(), c);
  return out;
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
  orthonormalise(basis_);
  return true;
}

}  // namespace burelu
