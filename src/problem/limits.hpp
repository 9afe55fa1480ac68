// Magnitudes that the solver can square, sum and divide without leaving double precision.
#pragma once

#include <cmath>
#include <string>

#include "burelu/matrix.hpp"

namespace burelu {

inline constexpr double kSmallestMagnitude = 1e-100;
inline constexpr double kLargestMagnitude = 1e100;

/// Multipliers hold indices of 2n forms in 32 bits.
inline constexpr index_t kMostRows = index_t{1} << 30;

/// Data are dense and the solver factors matrices of order d: more features than this are a mistake in a file.
inline constexpr index_t kMostColumns = index_t{1} << 20;

/// Zero, or a finite number inside the limits.
inline bool usable(double value) {
  const double size = std::fabs(value);
  return size == 0.0 || (size >= kSmallestMagnitude && size <= kLargestMagnitude);
}

/// What every public door asks before it reads an entry: throws `DataError` for negative sizes, and for a null pointer
/// where there are entries.
void check_readable(const MatrixView& matrix, const std::string& name);

/// The same for a matrix: it holds as many numbers as its shape says.
void check_filled(const Matrix& matrix, const std::string& name);

}  // namespace burelu
