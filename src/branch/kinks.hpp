// The function whose maximum over the unit sphere decides whether a dual point W proves its bound (docs/method.md,
// "Branch and bound"): h(u) = || sum_i (x_i'u)_+ w_i ||, in coordinates in which cells are cut.
//
// Rows on one line through the origin make one kink: (x'u)_+ w+ + (-x'u)_+ w- = (x'u)_+ (w+ + w-) - (x'u) w-, so
//   Phi(y) = L y + sum_k (x_k'y)_+ g_k,    u = B y,  B = V (X'X)^(-1/2) up to a factor (columns of XB orthogonal),
// y on the surface of the cube, max |y_j| = 1. Without these coordinates iris takes several hundred times the cells.
#pragma once

#include <vector>

#include "burelu/matrix.hpp"
#include "problem/presolve.hpp"

namespace burelu {

/// Everything in units that are powers of two near the size of the data.
struct Kinks {
  index_t count = 0;           ///< m
  index_t dims = 0;            ///< d: the rank of X
  index_t outputs = 0;         ///< c
  std::vector<double> x;       ///< d x m: coordinate j of kink k at j m + k
  std::vector<double> g;       ///< c x m, in the same way
  std::vector<double> linear;  ///< L, c x d
  std::vector<double> metric;  ///< M, d x d: ||u||^2 = y'My
  Matrix basis;                ///< B, columns of X x d
  double unit = 1.0;           ///< h of the data as given is h of the kinks times this, a power of two
  double slack = 0.0;          ///< || exact Phi - Phi of any cell's model || from rounding, on the whole cube
  double metric_slack = 0.0;   ///< |y'My - ||By||^2| over the square of sum_j sqrt(M_jj) |y_j|
  double eta = 0.0;            ///< mu(W) <= unit (max h(y) / ||By||) + eta
  double largest = 0.0;        ///< sum ||x_i|| ||w_i||: no h is above it
};

/// W is n x c. `reduced` tells the lines and the row space; nothing else is taken from it.
Kinks make_kinks(const MatrixView& X, const Presolved& reduced, const Matrix& W);

}  // namespace burelu
