// The training problem: minimise over networks of any width
//   1/2 ||(X U)_+ V' - Y||_F^2 + gamma/2 (||U||_F^2 + ||V||_F^2).
#pragma once

#include "burelu/export.hpp"
#include "burelu/matrix.hpp"

namespace burelu {

/// One training problem. The views are not copied; their owner must outlive the call.
struct Problem {
  MatrixView X;        ///< n x d, one sample per row (append a column of ones for a bias)
  MatrixView Y;        ///< n x c, one target row per sample (one-hot 0/1 for classes)
  double gamma = 0.1;  ///< weight of the squared norms; finite and > 0. The loss is summed, not averaged.
};

/// Checks a problem at the door. Throws `DataError` in one line naming row and column: no rows, no columns, shapes that
/// differ, NaN or infinity, magnitudes outside [1e-100, 1e100] (zero is fine), gamma not finite or not positive.
BURELU_API void validate(const Problem& problem);

}  // namespace burelu
