// The gap between an objective and a lower bound.
#pragma once

#include <cmath>

namespace burelu {

/// (objective - bound) / |objective|, next to nothing where both are (a proof takes 1e-301 off a bound of zero); NaN
/// where there is no bound.
inline double relative_gap(double objective, double bound) {
  return (objective - bound) / std::fmax(std::fabs(objective), 1e-200);
}

}  // namespace burelu
