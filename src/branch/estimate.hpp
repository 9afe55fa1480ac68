// How many cells a search will take, from a few random ways down its tree.
#pragma once

#include <cstdint>

#include "branch/kinks.hpp"

namespace burelu {

/// Each way goes to a random half of what is not proven; a cell at depth k on it stands for 2^k of them (Knuth,
/// Mathematics of Computation 29, 1975): right in the mean, within a factor of some units for trees of this kind.
double estimated_cells(const Kinks& kinks, double threshold, int ways, std::uint64_t seed);

}  // namespace burelu
