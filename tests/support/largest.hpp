// Largest values that do not lose a NaN, as std::max and std::fmax do: a comparison with NaN fails.
#pragma once

#include <cmath>
#include <limits>

namespace burelu::test {

inline double larger(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<double>::quiet_NaN() : a < b ? b : a;
}

/// max |x| over a range; 0 where it is empty.
template <class Range>
double largest_size(const Range& values) {
  double out = 0.0;
  for (const double value : values) out = larger(out, std::fabs(value));
  return out;
}

/// max |a - b| entry by entry over two matrices of one shape.
template <class Matrix>
double largest_difference(const Matrix& a, const Matrix& b) {
  if (a.rows != b.rows || a.cols != b.cols) return std::numeric_limits<double>::quiet_NaN();
  double out = 0.0;
  for (std::size_t k = 0; k < a.data.size(); ++k) out = larger(out, std::fabs(a.data[k] - b.data[k]));
  return out;
}

}  // namespace burelu::test
