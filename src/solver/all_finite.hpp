// LAPACK's reductions to tridiagonal form rescale a vector until it is neither tiny nor huge; with an infinite entry
// dlarfg never ends (reference LAPACK 3.11 and OpenBLAS 0.3.21). LAPACKE looks for NaN only, so look before calling.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace burelu {

inline bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

}  // namespace burelu
