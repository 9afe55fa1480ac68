// Powers of symmetric matrices by their eigenvalues.
#include "problem/preconditioner.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr double kGraded = 1e3;  // ratio of column norms
constexpr double kGradedConditioning = 1e-10;

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double square_sum(const Matrix& M) {
  double sum = 0.0;
  for (const double value : M.data) sum += value * value;
  return sum;
}

/// A^exponent of a symmetric matrix (lower triangle) with eigenvalues shifted by eps of the largest, all over `unit`.
class Powers {
 public:
  Powers(Matrix A, double eps) : Q_(std::move(A)) {
    require_decomposition(eigen(Q_, values_), "the eigenvalues of X'X");
    for (double& value : values_) value = std::max(value, 0.0);
    const double shift = values_.empty() ? 0.0 : eps * values_.back();
    for (double& value : values_) value += shift;
  }
  Matrix operator()(double exponent, double unit) const {
    Matrix scaled = Q_;  // eigenvectors in its rows
    for (index_t a = 0; a < Q_.rows; ++a)
      for (index_t i = 0; i < Q_.cols; ++i) scaled(a, i) *= std::pow(values_[at(a)] / unit, exponent);
    return product(transposed(scaled), Q_);
  }

 private:
  Matrix Q_;
  std::vector<double> values_;
};

Matrix gram_of(const Matrix& X) {
  Matrix out(X.cols, X.cols);
  gram(1.0, X, 0.0, out.data.data());
  return out;
}

Preconditioner graded(const Matrix& X, const std::vector<double>& squares, double gamma) {
  const index_t d = X.cols;
  std::vector<double> D(at(d));
  for (index_t j = 0; j < d; ++j) D[at(j)] = std::sqrt(squares[at(j)] + gamma);
  Matrix unit = X;
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < d; ++j) unit(i, j) /= D[at(j)];
  Matrix moments = gram_of(unit);
  for (index_t j = 0; j < d; ++j) moments(j, j) += gamma / (D[at(j)] * D[at(j)]);
  const Powers powers(std::move(moments), kGradedConditioning);
  Preconditioner out{powers(-0.5, 1.0), powers(0.5, 1.0), square_sum(X) / static_cast<double>(d)};
  const double size = std::sqrt(square_sum(X) / square_sum(product(unit, out.K)));
  for (index_t i = 0; i < d; ++i)
    for (index_t j = 0; j < d; ++j) {
      out.K(i, j) *= size / D[at(i)];
      out.inverse(i, j) *= D[at(j)] / size;
    }
  return out;
}

}  // namespace

Preconditioner preconditioner(const Matrix& X, double gamma) {
  std::vector<double> squares(at(X.cols), 0.0);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) squares[at(j)] += X(i, j) * X(i, j);
  const auto [least, largest] = std::minmax_element(squares.begin(), squares.end());
  if (X.cols > 0 && *largest > kGraded * kGraded * *least) return graded(X, squares, gamma);
  const double mean = square_sum(X) / static_cast<double>(std::max<index_t>(X.cols, 1));
  const Powers powers(gram_of(X), kConditioning);
  return {powers(-0.5, mean), powers(0.5, mean), mean};
}

}  // namespace burelu
