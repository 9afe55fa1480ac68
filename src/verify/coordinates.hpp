// Coordinates in which the kinks point in all directions alike, for branch and bound.
#pragma once

#include <vector>

#include "verify/files.hpp"

namespace burelu::verify {

/// Rows of X that span its row space up to scale, orthonormal under X'X: columns of B (D x d), B[a] the a-th, with XB
/// of orthogonal columns. Nothing here needs to be exact.
std::vector<std::vector<double>> coordinates(const Data& data);

}  // namespace burelu::verify
