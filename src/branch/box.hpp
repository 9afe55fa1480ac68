// The cells of the tree: a box of directions y on a face of the cube max |y_j| = 1, with bounds that are dyadic numbers
// (halves cover a box exactly), and the directions in which Phi may still be too long there.
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

inline constexpr int kMostDims = 16;
inline constexpr int kFinest = 4;                 // halvings of an edge of the square of directions
inline constexpr int kArcs = 4 * (1 << kFinest);  // of two outputs

struct Box {
  double low[kMostDims];
  double high[kMostDims];
  /// Two outputs: bit k is arc k of the directions of Phi. One output: bits 0 and 1 are its signs. More: one bit.
  std::uint64_t open;
  double bound;  ///< proven for ||Phi|| / ||By|| on it; infinity where nothing is known
};

/// All directions of y and of Phi.
std::vector<Box> covering(index_t dims, index_t outputs);

/// Cuts along coordinate `axis`; the upper half is returned.
Box halve(Box& box, int axis);

/// Arcs [first, first + count) of two outputs: the middle of their directions and the cosine of the angle from there
/// to their ends, from below. count is a power of two that divides first, at most an edge.
struct Sector {
  double middle[2];
  double cosine;
};
Sector sector(int first, int count);

}  // namespace burelu
