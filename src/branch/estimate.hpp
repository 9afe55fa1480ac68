// How many cells a search will take, from a few random ways down its tree.
#pragma once

#include <cstdint>

#include "branch/kinks.hpp"

namespace burelu {

struct Estimate {
  double cells = 0.0;
  double work = 0.0;  ///< flops (cell_work)
};

/// Each way goes to a random half of what is not proven; a cell at depth k on it stands for 2^k of them (Knuth,
/// Mathematics of Computation 29, 1975): right in the mean, within a factor of some units for trees of this kind. One
/// way from each face at least, `ways` at most, few where cells have many kinks. Where what was seen is more work than
/// `enough` (0: no limit) it ends: the estimate is too low then, and above it.
Estimate estimated_cells(const Kinks& kinks, double threshold, int ways, std::uint64_t seed, double enough = 0.0);

}  // namespace burelu
