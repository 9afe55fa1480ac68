// Two-layer ReLU networks f(x) = sum_j v_j (u_j' x)_+ and their regularised training objective.
#pragma once

#include "burelu/export.hpp"
#include "burelu/matrix.hpp"
#include "burelu/problem.hpp"

namespace burelu {

/// A network of k neurons. Neuron j has input weights U(:, j) and output weights V(:, j).
struct Network {
  Matrix U;  ///< d x k
  Matrix V;  ///< c x k

  index_t width() const { return U.cols; }
};

/// The outputs (X U)_+ V', n x c. Throws `DataError` where shapes differ, or say more than the arrays hold.
BURELU_API Matrix predict(const MatrixView& X, const Network& network);

/// 1/2 ||(X U)_+ V' - Y||^2 + gamma/2 (||U||^2 + ||V||^2). Throws as `predict`.
BURELU_API double objective(const Problem& problem, const Network& network);

/// Rescales each neuron (u_j, v_j) -> (t u_j, v_j / t) so that ||u_j|| = ||v_j||, and drops dead neurons. The function
/// computed is unchanged and the objective never rises (arithmetic-geometric mean). Throws as `predict`.
BURELU_API Network balanced(const Network& network);

}  // namespace burelu
