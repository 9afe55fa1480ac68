// The bounds of a path taken together: dual points of other gammas prove something for each of them.
#pragma once

#include <vector>

#include "burelu/path.hpp"

namespace burelu {

/// Two dual points of other gammas as one for the gamma of `problem`: (T, W) are multiplied by share gamma / gamma_a
/// and (1 - share) gamma / gamma_b and added.
struct Mixture {
  double share = 0.0;  ///< of `a`
  double value = 0.0;  ///< D of its W, to working precision: what the bound would be; -infinity where there is none
};

/// The best one. There is none of points that branch and bound proved, or of other lines.
Mixture best_mixture(const Problem& problem, const Certificate& a, const Certificate& b);

/// The mixture with its bound proven, or an empty one.
Certificate proven_mixture(const Problem& problem, const Certificate& a, const Certificate& b, double share);

/// Gives every point the best bound that its own dual point, another one rescaled, or two of them mixed prove.
void share_bounds(const Problem& problem, std::vector<PathPoint>& points);

}  // namespace burelu
