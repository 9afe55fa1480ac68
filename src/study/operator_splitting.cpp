#include "study/operator_splitting.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "burelu/errors.hpp"
#include "io/random.hpp"
#include "problem/presolve.hpp"

namespace burelu::study {
namespace {

constexpr double kRank = 1e-12;  // eigenvalues of Lambda below this share of the largest are rounding errors

// C = alpha op(A) B + beta C, of which A, B and C may be blocks of rows.
void multiply(double alpha, bool transposed, const double* A, index_t a_rows, index_t a_cols, const double* B,
              index_t b_cols, double beta, double* C) {
  const index_t rows = transposed ? a_cols : a_rows;
  const index_t inner = transposed ? a_rows : a_cols;
  if (rows == 0 || b_cols == 0) return;
  cblas_dgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, static_cast<blasint>(rows),
              static_cast<blasint>(b_cols), static_cast<blasint>(inner), alpha, A,
              static_cast<blasint>(std::max<index_t>(a_cols, 1)), B, static_cast<blasint>(b_cols), beta, C,
              static_cast<blasint>(b_cols));
}

Matrix product(bool transposed, const Matrix& A, const Matrix& B) {
  Matrix C(transposed ? A.cols : A.rows, B.cols);
  multiply(1.0, transposed, A.data.data(), A.rows, A.cols, B.data.data(), B.cols, 0.0, C.data.data());
  return C;
}

double square_sum(const Matrix& M) {
  return cblas_ddot(static_cast<blasint>(M.data.size()), M.data.data(), 1, M.data.data(), 1);
}

double inner_product(const Matrix& A, const Matrix& B) {
  return cblas_ddot(static_cast<blasint>(A.data.size()), A.data.data(), 1, B.data.data(), 1);
}

// F E, E the eigenvectors of F'F by falling eigenvalue: the columns are eigenvectors of F F' times roots of
// eigenvalues.
Matrix principal_columns(const Matrix& F, index_t width, index_t pairs) {
  const index_t r = F.cols;
  Matrix E = product(true, F, F);
  std::vector<double> values(static_cast<std::size_t>(r));
  const auto size = static_cast<lapack_int>(r);
  if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'U', size, E.data.data(), size, values.data()) != 0)
    throw DataError("the eigenvalues of the relaxation's factor could not be computed");
  const auto used = static_cast<index_t>(
      std::count_if(values.begin(), values.end(), [&](double v) { return v > kRank * values.back(); }));
  Matrix chosen(r, std::min(used, width));
  for (index_t i = 0; i < r; ++i)
    for (index_t j = 0; j < chosen.cols; ++j) chosen(i, j) = E(i, r - 1 - j);
  Matrix Z = product(false, F, chosen);
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
  std::vector<double> tau(static_cast<std::size_t>(r));
  const auto m = static_cast<lapack_int>(width);
  const auto k = static_cast<lapack_int>(r);
  if (LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, m, k, Q.data.data(), k, tau.data()) != 0 ||
      LAPACKE_dorgqr(LAPACK_ROW_MAJOR, m, k, k, Q.data.data(), k, tau.data()) != 0)
    throw DataError("a random rotation could not be computed");
  Matrix rows(r, width);
  for (index_t i = 0; i < r; ++i)
    for (index_t j = 0; j < width; ++j) rows(i, j) = Q(j, i);
  return product(false, F, rows);
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
  cholesky_ = product(true, X_, X_);
  for (index_t j = 0; j < X.cols; ++j) cholesky_(j, j) += 2.0;
  const auto d = static_cast<lapack_int>(X.cols);
  if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', d, cholesky_.data.data(), d) != 0)
    throw DataError("2 I + X'X could not be factored; scale the features");
}

void LinearLayer::project(Matrix& W) const {
  const index_t n = X_.rows;
  const index_t d = X_.cols;
  Matrix S(n, W.cols);  // M W = B - A + X U, then (M M')^-1 of it
  multiply(1.0, false, X_.data.data(), n, d, W.row(2 * n), W.cols, 0.0, S.data.data());
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < W.cols; ++j) S(i, j) += W(n + i, j) - W(i, j);
  Matrix inner = product(true, X_, S);
  const auto size = static_cast<lapack_int>(d);
  const auto cols = static_cast<lapack_int>(W.cols);
  LAPACKE_dpotrs(LAPACK_ROW_MAJOR, 'U', size, cols, cholesky_.data.data(), size, inner.data.data(), cols);
  multiply(-0.5, false, X_.data.data(), n, d, inner.data.data(), W.cols, 0.5, S.data.data());
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < W.cols; ++j) {
      W(i, j) += S(i, j);
      W(n + i, j) -= S(i, j);
    }
  multiply(-1.0, true, X_.data.data(), n, d, S.data.data(), W.cols, 1.0, W.row(2 * n));
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

Splitting round_by_splitting(const Problem& problem, const Factor& factor, const SplittingOptions& options,
                             const SplittingVisitor& visit) {
  const index_t n = problem.X.rows;
  const index_t d = problem.X.cols;
  const Matrix F = lifted_factor(problem, factor);
  const LinearLayer layer(problem.X);
  const double size = std::sqrt(square_sum(product(true, F, F)));  // ||F F'||_F = ||F'F||_F
  if (size == 0.0) return {{Matrix(d, 0), Matrix(factor.V.rows, 0)}, 0.0, 0.0};
  Matrix Z = options.start == SplittingStart::eigenvectors
                 ? principal_columns(F, options.width, 2 * n)
                 : rotated_columns(F, std::max(options.width, F.cols), options.seed);
  Matrix W = Z;
  const auto entries = Z.data.size();
  for (int iteration = 1; iteration <= options.iterations; ++iteration) {
    W = Z;
    layer.project(W);
    const Matrix WW = product(true, W, W);
    const Matrix FW = product(true, F, W);
    Matrix next(W.rows, W.cols);
    for (std::size_t i = 0; i < entries; ++i) next.data[i] = 2.0 * W.data[i] - Z.data[i];
    multiply(-2.0 * options.step / size, false, W.data.data(), W.rows, W.cols, WW.data.data(), W.cols, 1.0,
             next.data.data());
    multiply(2.0 * options.step / size, false, F.data.data(), F.rows, F.cols, FW.data.data(), W.cols, 1.0,
             next.data.data());
    project_on_relu(next, n);
    for (std::size_t i = 0; i < entries; ++i) Z.data[i] += next.data[i] - W.data[i];
    if (visit) visit(iteration, network_of(W, n, d));
  }
  Splitting out{network_of(W, n, d), 0.0, 0.0};
  const Matrix WW = product(true, W, W);
  const Matrix FW = product(true, F, W);  // ||WW' - FF'||^2 = ||W'W||^2 - 2 ||F'W||^2 + ||F'F||^2
  out.misfit = std::sqrt(std::max(0.0, square_sum(WW) - 2.0 * square_sum(FW) + size * size)) / size;
  Matrix nearest = W;
  project_on_relu(nearest, n);
  const double square = std::max(square_sum(W), 1e-300);
  out.relu_distance =
      std::sqrt(std::max(0.0, square_sum(W) - 2.0 * inner_product(W, nearest) + square_sum(nearest)) / square);
  return out;
}

}  // namespace burelu::study
