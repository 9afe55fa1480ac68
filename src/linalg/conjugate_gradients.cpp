// Conjugate gradients by columns, see conjugate_gradients.hpp. A column that has converged stands still.
#include "linalg/conjugate_gradients.hpp"

#include <cmath>
#include <vector>

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// Inner products of the columns of A and B.
std::vector<double> column_products(const Matrix& A, const Matrix& B) {
  std::vector<double> out(at(A.cols), 0.0);
  for (index_t i = 0; i < A.rows; ++i) {
    const double* a = A.row(i);
    const double* b = B.row(i);
    for (index_t j = 0; j < A.cols; ++j) out[at(j)] += a[j] * b[j];
  }
  return out;
}

/// A += B diag(factor).
void add_columns(Matrix& A, const Matrix& B, const std::vector<double>& factor) {
  for (index_t i = 0; i < A.rows; ++i) {
    double* a = A.row(i);
    const double* b = B.row(i);
    for (index_t j = 0; j < A.cols; ++j) a[j] += factor[at(j)] * b[j];
  }
}

}  // namespace

GradientsResult conjugate_gradients(const SparseSymmetric& A, const std::function<void(Matrix&)>& precondition,
                                    const Matrix& B, const GradientsOptions& options, Matrix& X) {
  const auto k = at(B.cols);
  GradientsResult out;
  X = Matrix(B.rows, B.cols);
  Matrix residual = B;
  Matrix direction = B;
  precondition(direction);
  std::vector<double> rho = column_products(residual, direction);
  const std::vector<double> size = column_products(B, B);
  std::vector<double> alpha(k);
  std::vector<double> minus(k);
  for (; out.iterations <= options.most_iterations; ++out.iterations) {
    const std::vector<double> left = column_products(residual, residual);
    std::vector<char> live(k);
    bool any = false;
    for (std::size_t j = 0; j < k; ++j) {
      live[j] = !(left[j] <= options.tolerance * options.tolerance * size[j]) ? 1 : 0;
      any = any || live[j] != 0;
    }
    out.converged = !any;
    if (!any || out.iterations == options.most_iterations) return out;
    const Matrix image = product(A, direction);
    const std::vector<double> curvature = column_products(direction, image);
    for (std::size_t j = 0; j < k; ++j) {
      if (live[j] != 0 && !(curvature[j] > 0.0 && rho[j] > 0.0 && std::isfinite(curvature[j]))) {
        out.indefinite = true;
        return out;
      }
      alpha[j] = live[j] != 0 ? rho[j] / curvature[j] : 0.0;
      minus[j] = -alpha[j];
    }
    add_columns(X, direction, alpha);
    add_columns(residual, image, minus);
    Matrix next = residual;
    precondition(next);
    const std::vector<double> before = rho;
    rho = column_products(residual, next);
    for (std::size_t j = 0; j < k; ++j) alpha[j] = live[j] != 0 ? rho[j] / before[j] : 0.0;
    add_columns(next, direction, alpha);
    direction = std::move(next);
  }
  return out;
}

}  // namespace burelu
