// The copositive relaxation of Sahiner, Ergen, Pauly and Pilanci (ICLR 2021) over given activation patterns.
//
// Training is  min over completely positive Z_i in the cones of  gamma/2 [ tr Y'(gamma I + sum_i D_i X Z_i X'D_i)^-1 Y
// + sum_i tr Z_i ], Z_i = sum of u u' over the neurons u in K_i. The relaxation keeps of "completely positive" that Z_i
// is positive semidefinite and that G_i Z_i G_i' >= 0 entrywise, G_i = (2 D_i - I) X. In the plane each cone has two
// sides and nothing is lost: with all patterns its value is that of the training problem. Over sampled patterns it
// bounds nothing, neither from above (relaxed) nor from below (restricted).
//
// Method: Z_i = R_i R_i' with R_i of full size, an augmented Lagrangian for the inequalities, L-BFGS inside. The
// multipliers N_i >= 0 give the dual value: with W = -gamma (gamma I + S)^-1 Y, for u in K_i
//   ||W'(X u)_+||^2 <= u'(X'D_i W W'D_i X + gamma G_i'N_i G_i) u,  whose largest eigenvalue scales W (scaled_dual).
#pragma once

#include "burelu/problem.hpp"
#include "study/job.hpp"
#include "study/patterns.hpp"

namespace burelu::study {

struct CopositivePlan {
  int rounds = 30;          ///< updates of the multipliers
  int iterations = 300;     ///< of L-BFGS in each
  double tolerance = 1e-6;  ///< relative distance of the two values that ends it
  double seconds = 60.0;
};

struct CopositiveResult {
  double value = 0.0;          ///< of the relaxation; slightly infeasible, so an estimate
  double lower_bound = 0.0;    ///< proven for the relaxation over these patterns, up to rounding
  double infeasibility = 0.0;  ///< largest violated product over the largest diagonal entry of all G_i Z_i G_i'
};

/// Entries of all multipliers together: what the method holds in memory.
double copositive_entries(const Patterns& patterns);

CopositiveResult copositive_relaxation(const Problem& problem, const Patterns& patterns, const CopositivePlan& plan,
                                       const KeepGoing& keep_going);

}  // namespace burelu::study
