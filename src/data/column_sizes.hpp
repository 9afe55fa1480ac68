// Features of very different size: the penalty weighs all of them alike, so small ones cost more than they can give.
#pragma once

#include <string>

#include "data/dataset.hpp"

namespace burelu {

/// A sentence that names the largest and the smallest feature and says what to do, where their norms are more than a
/// factor of 1000 apart; empty otherwise. Columns of zeros do not count.
std::string warning_of_sizes(const Dataset& data);

}  // namespace burelu
