#include "network/extraction_starts.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr int kRotations = 60;  // alternations; the polish does the rest

Matrix gaussian(index_t rows, index_t cols, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  Matrix out(rows, cols);
  for (double& value : out.data) value = normal(engine);
  return out;
}

Matrix padded(const Matrix& M, index_t cols) {
  Matrix out(M.rows, std::max(cols, M.cols));
  for (index_t i = 0; i < M.rows; ++i) std::copy_n(M.row(i), M.cols, out.row(i));
  return out;
}

// N(0, I) neurons with output weights of the same size; the polish fits them.
Network with_outputs(Matrix U, index_t outputs, std::uint64_t seed) {
  const double size = std::sqrt(static_cast<double>(std::max<index_t>(U.cols, 1) * U.rows));
  for (double& value : U.data) value /= size;
  Matrix V = gaussian(outputs, U.cols, seed + 1);
  for (double& value : V.data) value /= size;
  return {std::move(U), std::move(V)};
}

// Signs of the factor's columns are not those of neurons: both, each with half of the output.
Network both_signs(const Factor& factor) {
  const index_t r = factor.U.cols;
  Network out{padded(factor.U, 2 * r), padded(factor.V, 2 * r)};
  for (index_t i = 0; i < out.U.rows; ++i)
    for (index_t j = 0; j < r; ++j) out.U(i, r + j) = -factor.U(i, j);
  for (index_t i = 0; i < out.V.rows; ++i)
    for (index_t j = 0; j < r; ++j) out.V(i, r + j) = -factor.V(i, j);
  return out;
}

// The orthogonal matrix nearest to M (polar factor).
Matrix nearest_rotation(Matrix M) {
  Matrix left, right;
  std::vector<double> values;
  return singular(std::move(M), left, values, right) ? product(left, right) : Matrix();
}

// Orthogonal Q that makes [AQ; BQ] close to nonnegative and complementary: G = [AQ; BQ] -> nearest such matrix H, then
// Q = polar(F'H) (alternating Procrustes). F: rows of A and B over ||a_i|| + ||b_i||.
Network rotated(const TrainingProblem& problem, const Factor& factor, index_t width, std::uint64_t seed) {
  const Matrix P = product(problem.X, factor.U);
  const index_t n = P.rows;
  Matrix F(2 * n, std::max(width, P.cols));
  for (index_t i = 0; i < n; ++i) {
    double a = 0.0, b = 0.0;
    for (index_t k = 0; k < P.cols; ++k) {
      a += std::pow(factor.A(i, k), 2);
      b += std::pow(factor.A(i, k) - P(i, k), 2);
    }
    const double scale = 1.0 / (std::sqrt(a) + std::sqrt(b) + 1e-300);
    for (index_t k = 0; k < P.cols; ++k) {
      F(i, k) = scale * factor.A(i, k);
      F(n + i, k) = scale * (factor.A(i, k) - P(i, k));
    }
  }
  Matrix Q = nearest_rotation(gaussian(F.cols, F.cols, seed));
  for (int step = 0; step < kRotations && Q.rows > 0; ++step) {
    Matrix G = product(F, Q);
    for (index_t i = 0; i < n; ++i)
      for (index_t k = 0; k < G.cols; ++k) {
        const double a = std::max(G(i, k), 0.0);
        const double b = std::max(G(n + i, k), 0.0);
        G(i, k) = a >= b ? a : 0.0;
        G(n + i, k) = a >= b ? 0.0 : b;
      }
    Q = nearest_rotation(product(transposed(F), G));
  }
  if (Q.rows == 0) return both_signs(factor);
  return {product(padded(factor.U, F.cols), Q), product(padded(factor.V, F.cols), Q)};
}

}  // namespace

Network starting_network(StartKind kind, const TrainingProblem& problem, const Factor* factor, index_t width,
                         std::uint64_t seed) {
  const index_t rank = factor != nullptr ? factor->U.cols : 0;
  if (kind == StartKind::rotate && (rank == 0 || factor->A.rows != problem.rows())) kind = StartKind::columns;
  if (rank == 0) kind = StartKind::random;
  switch (kind) {
    case StartKind::columns:
      return both_signs(*factor);
    case StartKind::rotate:
      return rotated(problem, *factor, width, seed);
    case StartKind::gauss:  // u = U xi: randomised rounding with the covariance Z_uu
      return with_outputs(product(factor->U, gaussian(rank, width, seed)), problem.outputs(), seed);
    case StartKind::random:
      break;
  }
  return with_outputs(gaussian(problem.features(), width, seed), problem.outputs(), seed);
}

}  // namespace burelu
