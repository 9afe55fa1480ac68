#include "study/operator_splitting.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "burelu/errors.hpp"
#include "linalg/dense.hpp"
#include "linalg/random.hpp"
#include "problem/presolve.hpp"

namespace burelu::study {
namespace {

constexpr double kRank = 1e-12;  // eigenvalues of Lambda below this share of the largest are rounding errors

double square_sum(const Matrix& M) {
  return cblas_ddot(static_cast<blasint>(M.data.size()), M.data.data(), 1, M.data.data(), 1);
}

// F E, E the eigenvectors of F'F by falling eigenvalue: the columns are eigenvectors of F F' times roots of
// eigenvalues.
Matrix principal_columns(const Matrix& F, index_t width, index_t pairs) {
  const index_t r = F.cols;
  Matrix E(r, r);  // eigenvectors in its rows
  std::vector<double> values;
  gram(1.0, F, 0.0, E.data.data());
  require_decomposition(eigen(E, values), "the eigenvalues of the relaxation's factor");
  const auto used = static_cast<index_t>(
      std::count_if(values.begin(), values.end(), [&](double v) { return v > kRank * values.back(); }));
  Matrix chosen(r, std::min(used, width));
  for (index_t i = 0; i < r; ++i)
    for (index_t j = 0; j < chosen.cols; ++j) chosen(i, j) = E(r - 1 - j, i);
  Matrix Z = product(F, chosen);
  for (index_t j = 0; j < Z.cols; ++j) {
    double sum = 0.0;
    for (index_t i = 0; i < pairs; ++i) sum += Z(i, j);
    for (index_t i = 0; sum < 0.0 && i < Z.rows; ++i) Z(i, j) = -Z(i, j);
  }
  return Z;
}

// F Q with Q (r x width) of orthonormal rows, from the QR factorisation of a Gaussian matrix.
Matrix rotated_columns(const Matrix& F, index_t width, std::uint64_t seed) {
  const index_t r = F.cols;
  Random random(seed);
  Matrix Q(width, r);
  for (double& value : Q.data) value = random.normal();
  require_decomposition(orthonormalise(Q), "a random rotation");
  return product(F, transposed(Q));
}

Network network_of(const Matrix& W, index_t rows, index_t features) {
  const index_t outputs = W.rows - 2 * rows - features;
  Network out{Matrix(features, W.cols), Matrix(outputs, W.cols)};
  std::copy_n(W.row(2 * rows), features * W.cols, out.U.data.begin());
  std::copy_n(W.row(2 * rows + features), outputs * W.cols, out.V.data.begin());
  return out;
}

}  // namespace

Matrix lifted_factor(const Problem& problem, const Factor& factor) {
  const index_t n = problem.X.rows;
  const index_t d = problem.X.cols;
  const index_t r = factor.U.cols;
  const Presolved reduced = presolve(problem);
  Matrix F(2 * n + d + factor.V.rows, r);
  for (index_t i = 0; i < n; ++i) {
    const std::int32_t line = reduced.line[static_cast<std::size_t>(i)];
    if (line < 0) continue;
    const double ratio = reduced.ratio[static_cast<std::size_t>(i)];
    for (index_t j = 0; j < r; ++j) {  // a_i = t a_k, or |t| b_k on the other side of the line; b_i = a_i - U'x_i
      double p = 0.0;
      for (index_t k = 0; k < d; ++k) p += problem.X(i, k) * factor.U(k, j);
      const double a = ratio * factor.A(line, j);
      F(i, j) = ratio > 0.0 ? a : p - a;  // |t| b_k = |t| (a_k - p_k) = p_i - t a_k
      F(n + i, j) = F(i, j) - p;
    }
  }
  std::copy(factor.U.data.begin(), factor.U.data.end(), F.row(2 * n));
  std::copy(factor.V.data.begin(), factor.V.data.end(), F.row(2 * n + d));
  return F;
}

LinearLayer::LinearLayer(const MatrixView& X) : X_(X.rows, X.cols), cholesky_(X.cols, X.cols) {
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) X_(i, j) = X(i, j);
  gram(1.0, X_, 0.0, cholesky_.data.data());
  for (index_t j = 0; j < X.cols; ++j) cholesky_(j, j) += 2.0;
  require_decomposition(cholesky(cholesky_.data.data(), X.cols), "the Cholesky factor of 2 I + X'X");
}

void LinearLayer::project(Matrix& W) const {
  const index_t n = X_.rows;
  const index_t d = X_.cols;
  Matrix S(n, W.cols);  // M W = B - A + X U, then (M M')^-1 of it
  multiply(1.0, X_, {W.row(2 * n), d, W.cols}, 0.0, S.data.data(), S.cols);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < W.cols; ++j) S(i, j) += W(n + i, j) - W(i, j);
  Matrix inner = product(transposed(X_), S);
  solve_lower(cholesky_.data.data(), d, inner.data.data(), inner.cols);
  solve_upper(cholesky_.data.data(), d, inner.data.data(), inner.cols);
  multiply(-0.5, X_, inner, 0.5, S.data.data(), S.cols);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < W.cols; ++j) {
      W(i, j) += S(i, j);
      W(n + i, j) -= S(i, j);
    }
  multiply(-1.0, transposed(X_), S, 1.0, W.row(2 * n), W.cols);
}

void project_on_relu(Matrix& W, index_t rows) {
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < W.cols; ++j) {
      double& a = W(i, j);
      double& b = W(rows + i, j);
      a = a >= b ? std::max(a, 0.0) : 0.0;
      b = a > 0.0 ? 0.0 : std::max(b, 0.0);
    }
}

namespace {

// Z, W and the step between them (see the header).
class Iteration {
 public:
  Iteration(const Problem& problem, Matrix lifted, const SplittingOptions& options)
      : n_(problem.X.rows), d_(problem.X.cols), F_(std::move(lifted)), layer_(problem.X) {
    size_ = std::sqrt(square_sum(product(transposed(F_), F_)));  // ||F F'||_F = ||F'F||_F
    if (lambda_is_zero()) return;
    step_ = 2.0 * options.step / size_;
    Z_ = options.start == SplittingStart::eigenvectors
             ? principal_columns(F_, options.width, 2 * n_)
             : rotated_columns(F_, std::max(options.width, F_.cols), options.seed);
    W_ = Z_;
  }

  bool lambda_is_zero() const { return size_ == 0.0; }

  void step() {
    W_ = Z_;
    layer_.project(W_);
    Matrix next(W_.rows, W_.cols);
    for (std::size_t i = 0; i < next.data.size(); ++i) next.data[i] = 2.0 * W_.data[i] - Z_.data[i];
    descend(next);
    project_on_relu(next, n_);
    for (std::size_t i = 0; i < next.data.size(); ++i) Z_.data[i] += next.data[i] - W_.data[i];
  }

  Network network() const { return network_of(W_, n_, d_); }

  /// ||WW' - FF'|| / ||FF'|| by ||W'W||^2 - 2 ||F'W||^2 + ||F'F||^2.
  double misfit() const {
    const double square =
        square_sum(product(transposed(W_), W_)) - 2.0 * square_sum(product(transposed(F_), W_)) + size_ * size_;
    return std::sqrt(std::max(0.0, square)) / size_;
  }

  double relu_distance() const {
    Matrix difference = W_;
    project_on_relu(difference, n_);
    for (std::size_t i = 0; i < difference.data.size(); ++i) difference.data[i] -= W_.data[i];
    return std::sqrt(square_sum(difference) / std::max(square_sum(W_), std::numeric_limits<double>::min()));
  }

 private:
  // next <- next - step (W W' - F F') W
  void descend(Matrix& next) const {
    const Matrix WW = product(transposed(W_), W_);
    const Matrix FW = product(transposed(F_), W_);
    multiply(-step_, W_, WW, 1.0, next.data.data(), next.cols);
    multiply(step_, F_, FW, 1.0, next.data.data(), next.cols);
  }

  index_t n_, d_;
  Matrix F_;
  LinearLayer layer_;
  double size_ = 0.0;
  double step_ = 0.0;
  Matrix Z_, W_;
};

}  // namespace

Splitting round_by_splitting(const Problem& problem, const Factor& factor, const SplittingOptions& options,
                             const SplittingVisitor& visit) {
  Iteration iteration(problem, lifted_factor(problem, factor), options);
  if (iteration.lambda_is_zero()) return {{Matrix(problem.X.cols, 0), Matrix(factor.V.rows, 0)}, 0.0, 0.0};
  for (int k = 1; k <= options.iterations; ++k) {
    iteration.step();
    if (visit) visit(k, iteration.network());
  }
  return {iteration.network(), iteration.misfit(), iteration.relu_distance()};
}

}  // namespace burelu::study
