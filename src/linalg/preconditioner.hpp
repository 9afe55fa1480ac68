// The symmetric preconditioner of products with X: K = Q (mean / (lambda + e largest))^1/2 Q' from the eigenvalues
// lambda and eigenvectors Q of X'X, so that XK has columns of nearly equal size and nearly no correlation.
#pragma once

#include "burelu/matrix.hpp"

namespace burelu {

struct Preconditioner {
  Matrix K;
  Matrix inverse;
  double mean = 0.0;  ///< eigenvalue of X'X
};

/// `conditioning` is e. Throws `DataError` where X'X has no eigenvalues in floating point.
Preconditioner precondition(const Matrix& X, double conditioning);

}  // namespace burelu
