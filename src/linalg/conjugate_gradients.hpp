// Preconditioned conjugate gradients for several right-hand sides side by side: one pass over the matrix serves all.
#pragma once

#include <functional>

#include "linalg/sparse_symmetric.hpp"

namespace burelu {

struct GradientsOptions {
  double tolerance = 1e-12;  ///< of ||B - A X|| / ||B|| for each column
  int most_iterations = 1000;
};

struct GradientsResult {
  bool converged = false;
  bool indefinite = false;  ///< a direction of nonpositive curvature was met: A is not positive definite
  int iterations = 0;
};

/// X with A X ~ B for A positive definite; `precondition` applies an approximate inverse in place. X begins at zero.
GradientsResult conjugate_gradients(const SparseSymmetric& A, const std::function<void(Matrix&)>& precondition,
                                    const Matrix& B, const GradientsOptions& options, Matrix& X);

}  // namespace burelu
