// A primal-dual interior-point method for small relaxations, where many cuts make first-order methods slow: with them
// an infeasibility of 1e-5 still hides 2 % of the objective (randomized_00).
//
// With V eliminated the relaxation is convex in Z of order N = m + d, Z = [ZAA ZAU; ZUA ZUU]:
//   phi(Z) = gamma/2 tr Y'(gamma I + L Z L')^-1 Y + gamma/2 tr ZUU,   S_ij = F_i Z F_j' >= 0,   tied S = 0,   Z >= 0,
// L: loss rows from (a, u). The closed form of Gaussian neurons (arc-cosine kernel) is a strictly feasible start.
// Newton directions of HKM type in the N(N + 1)/2 coordinates of Z, with a predictor and a corrector (Mehrotra) from
// one Cholesky factorisation each step; 20 to 40 steps. Multipliers are strictly feasible on the way: ideal for a
// certificate.
#pragma once

#include <functional>
#include <vector>

#include "seam/relaxation_data.hpp"

namespace burelu {

struct InteriorPoint {
  double objective = 0.0;               ///< phi(Z)
  double gap = 0.0;                     ///< complementarity over the objective
  int iterations = 0;                   ///< Cholesky factorisations of order N(N + 1)/2
  std::vector<Multiplier> multipliers;  ///< over rows of F, i > j, no tied pairs
  std::vector<double> tau;              ///< of the tied pairs
  Matrix E;                             ///< residual of the loss rows
  Matrix Z;                             ///< N x N
  Matrix products;                      ///< S, of all rows of F
};

/// Whether the method is meant for this size: N(N + 1)/2 of at most 4,000 coordinates.
bool small_enough(index_t rows, index_t features);

/// Bytes for a relaxation of this size with so many cuts of at most d terms: the Hessian, (N(N + 1)/2)^2, and the
/// functions of all pairs of rows of F, e^2 / 2 entries where J has e.
std::int64_t interior_bytes(index_t rows, index_t features, index_t cuts);

/// Sees every iterate; false ends the solve.
using InteriorObserver = std::function<bool(const InteriorPoint&)>;

/// Solves until the relative gap is below `tolerance` or rounding ends progress.
InteriorPoint interior_point(const RelaxationData& data, double tolerance, const InteriorObserver& observer);

}  // namespace burelu
