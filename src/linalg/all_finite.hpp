// LAPACK's reductions are not made for infinite entries, and LAPACKE looks for NaN only: look before calling.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace burelu {

inline bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

}  // namespace burelu
