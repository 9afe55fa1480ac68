// The cells of the tree to begin with.
#pragma once

#include <vector>

#include "seam/cell_rules.hpp"

namespace burelu {

/// All directions of y and of Phi.
std::vector<Box> covering(index_t dims, index_t outputs);

}  // namespace burelu
