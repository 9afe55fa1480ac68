// The same function with fewer neurons, as far as the objective allows.
#pragma once

#include "burelu/network.hpp"
#include "burelu/problem.hpp"

namespace burelu {

/// Output weights fitted anew (weights.hpp), which leaves neurons without any; then directions within an angle made
/// one, the widest angle at which the objective stays below `most`. The network as it was where nothing of that is
/// better, or where there are more output weights than `unknowns`: systems of that order are solved a few dozen times.
Network slimmed(const Problem& problem, const Network& network, double most, index_t unknowns);

}  // namespace burelu
