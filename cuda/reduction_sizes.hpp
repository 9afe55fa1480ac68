// Sizes of the buffers of partial sums, shared by the kernels and by the host code that allocates.
#pragma once

#include <algorithm>
#include <cstdint>

#include "descent_kernels.hpp"

namespace burelu::cuda {

inline constexpr int kDotBlocks = 128;           ///< blocks of the first stage of an inner product, at most
inline constexpr std::int64_t kDotShare = 2048;  ///< terms of one block, at least
inline constexpr int kMaxDots = 3;               ///< inner products in one call

/// Of a descent with this many unknowns and pairs.
inline std::int64_t partial_doubles(std::int64_t unknowns, int memory) {
  const std::int64_t panel = std::int64_t{panel_blocks(unknowns)} * 3 * (2 * memory + 1);
  return std::max<std::int64_t>(panel, kMaxDots * kDotBlocks);
}

}  // namespace burelu::cuda
