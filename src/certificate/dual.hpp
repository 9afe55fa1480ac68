// The best dual variable of the residual for fixed multipliers:
//   maximise D(W) = -<W, Y> - 1/2 ||W||^2  subject to  W'GW <= 2 gamma I (c x c),   G = J N(T)^-1 J'.
// Its dual is over one c x c matrix Lambda >= 0: with the eigenvectors of G, w_i = -(I + g_i Lambda)^-1 y_i and
//   phi(Lambda) = 1/2 sum_i y_i'(I + g_i Lambda)^-1 y_i + gamma tr Lambda >= D(W).
// phi is majorised by gamma tr Lambda + terms in Lambda^-1, whose minimiser is the multiplicative step
//   Lambda <- (Lambda W'GW Lambda / 2 gamma)^1/2.
// Lambda^1/2 (W'GW / 2 gamma)^1/2 Lambda^1/2 is usually faster but may cycle (it held randomized_08 at a gap of 4e-2),
// so the majorant's step is taken wherever phi is not at its lowest so far. Clipping the singular values of G^1/2 W
// makes any W feasible, so both sides are known and the loop stops on their gap: 20 steps give 9 digits on the recorded
// iterates, where accelerated projected gradients need more than 200.
#pragma once

#include "burelu/matrix.hpp"
#include "linalg/stop.hpp"

namespace burelu {

/// D(W), rounded as it comes. What is reported comes from proof.hpp, rounded down.
double dual_value(const Matrix& W, const Matrix& Y);

struct BestDual {
  double value = 0.0;  ///< D(W)
  Matrix W;
};

/// G is k x k symmetric positive semidefinite (destroyed), Y is k x c. `Lambda` (c x c) is the starting point and
/// receives the final one; any other shape starts from the identity. Gives up as soon as phi <= `target`, when no W can
/// have a larger value; then the value returned is not above `target` either. Ends with what it has where `stop` is
/// due.
BestDual best_dual(Matrix G, const Matrix& Y, double gamma, double target, Matrix& Lambda, const Stop* stop = nullptr);

}  // namespace burelu
