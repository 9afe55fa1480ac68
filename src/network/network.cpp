// A two-layer ReLU network: its outputs (X U)_+ V', its training objective, its balanced form.
#include "burelu/network.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "burelu/errors.hpp"
#include "linalg/dense.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

// Rows handled together: 512 x k activations stay in cache for the widths of practice (k of a few hundred).
constexpr index_t kBlock = 512;

std::string shape(index_t rows, index_t cols) { return std::to_string(rows) + " x " + std::to_string(cols); }

void check_weights(const Network& network) {
  check_filled(network.U, "U");
  check_filled(network.V, "V");
  if (network.U.cols != network.V.cols)
    throw DataError("the network has U " + shape(network.U.rows, network.U.cols) + " and V " +
                    shape(network.V.rows, network.V.cols) + "; both need one column per neuron");
}

void check_network(const MatrixView& X, const Network& network) {
  check_readable(X, "X");
  check_weights(network);
  if (X.cols != network.U.rows)
    throw DataError("the network takes " + std::to_string(network.U.rows) + " features but X has " +
                    std::to_string(X.cols) + " columns; pass the features it was trained on, a bias column included");
}

void gather(const MatrixView& X, index_t first, index_t rows, Matrix& block) {
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) block(i, j) = X(first + i, j);
}

double square_sum(const Matrix& matrix) {
  double sum = 0.0;
  for (const double value : matrix.data) sum += value * value;
  return sum;
}

/// Euclidean norm of a column, safe from overflow and underflow of the squares.
double column_norm(const Matrix& matrix, index_t column) {
  double largest = 0.0;
  for (index_t i = 0; i < matrix.rows; ++i) largest = std::max(largest, std::fabs(matrix(i, column)));
  if (largest == 0.0) return 0.0;
  double sum = 0.0;
  for (index_t i = 0; i < matrix.rows; ++i) sum += std::pow(matrix(i, column) / largest, 2);
  return largest * std::sqrt(sum);
}

}  // namespace

Matrix predict(const MatrixView& X, const Network& network) {
  check_network(X, network);
  Matrix outputs(X.rows, network.V.rows);
  if (X.rows == 0 || outputs.cols == 0 || network.width() == 0 || X.cols == 0) return outputs;
  const index_t most = std::min(kBlock, X.rows);
  Matrix block(most, X.cols);
  Matrix hidden(most, network.width());
  for (index_t first = 0; first < X.rows; first += most) {
    const index_t rows = std::min(most, X.rows - first);
    gather(X, first, rows, block);
    multiply(1.0, {block.data.data(), rows, block.cols}, network.U, 0.0, hidden.data.data(), hidden.cols);
    for (double& activation : hidden.data) activation = std::max(activation, 0.0);
    multiply(1.0, {hidden.data.data(), rows, hidden.cols}, transposed(network.V), 0.0, outputs.row(first),
             outputs.cols);
  }
  return outputs;
}

double objective(const Problem& problem, const Network& network) {
  check_readable(problem.Y, "Y");
  if (problem.Y.rows != problem.X.rows || problem.Y.cols != network.V.rows)
    throw DataError("Y is " + shape(problem.Y.rows, problem.Y.cols) + " but the network's outputs are " +
                    shape(problem.X.rows, network.V.rows) + "; pass the targets of these samples");
  Matrix residual = predict(problem.X, network);
  for (index_t i = 0; i < residual.rows; ++i)
    for (index_t k = 0; k < residual.cols; ++k) residual(i, k) -= problem.Y(i, k);
  return 0.5 * square_sum(residual) + 0.5 * problem.gamma * (square_sum(network.U) + square_sum(network.V));
}

// t = sqrt(|v| / |u|) minimises t^2 |u|^2 + |v|^2 / t^2; the minimum is 2 |u| |v| <= |u|^2 + |v|^2.
Network balanced(const Network& network) {
  check_weights(network);
  std::vector<index_t> alive;
  std::vector<double> factor;
  for (index_t j = 0; j < network.width(); ++j) {
    const double u = column_norm(network.U, j);
    const double v = column_norm(network.V, j);
    if (u == 0.0 || v == 0.0) continue;
    alive.push_back(j);
    factor.push_back(std::sqrt(v) / std::sqrt(u));
  }
  const auto width = static_cast<index_t>(alive.size());
  Network result{Matrix(network.U.rows, width), Matrix(network.V.rows, width)};
  for (index_t k = 0; k < width; ++k) {
    const index_t j = alive[static_cast<std::size_t>(k)];
    const double t = factor[static_cast<std::size_t>(k)];
    for (index_t i = 0; i < network.U.rows; ++i) result.U(i, k) = t * network.U(i, j);
    for (index_t i = 0; i < network.V.rows; ++i) result.V(i, k) = network.V(i, j) / t;
  }
  return result;
}

}  // namespace burelu
