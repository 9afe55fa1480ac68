// The function whose maximum over the unit sphere decides whether a dual point W proves its bound (docs/method.md,
// "Branch and bound"): h(u) = || sum_i (x_i'u)_+ w_i ||, in coordinates in which cells are cut.
//
// Rows on one line through the origin make one kink: (x'u)_+ w+ + (-x'u)_+ w- = (x'u)_+ (w+ + w-) - (x'u) w-, so
//   Phi(y) = L y + sum_k (x_k'y)_+ g_k,    u = B y,  B = V (X'X)^(-1/2) up to a factor (columns of XB orthogonal),
// y on the surface of the cube, max |y_j| = 1. Without these coordinates iris takes several hundred times the cells.
#pragma once

#include "problem/presolve.hpp"
#include "seam/cells.hpp"

namespace burelu {

/// W is n x c. `reduced` tells the lines and the row space; nothing else is taken from it.
Kinks make_kinks(const MatrixView& X, const Presolved& reduced, const Matrix& W);

}  // namespace burelu
