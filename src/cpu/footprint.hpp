// Bytes of what this room allocates.
#pragma once

#include <cstdint>

#include "seam/footprint.hpp"

namespace burelu {

/// Of the relaxation: about 40 m^2 (two copies of the multipliers and the weights over the rows of F, lower triangle),
/// and 16 pairs (m + d) r of the panel. Exact but for rounding to cache lines.
std::int64_t cpu_backend_bytes(const SolveSize& size);

/// Of one training backend: n (2 k + d + 3 c), (2 memory + 5) (d + c) k and min(n, k)^2 doubles, and smaller ones.
std::int64_t cpu_training_bytes(const TrainingSize& size);

}  // namespace burelu
