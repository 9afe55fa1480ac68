// Bytes of what this room allocates.
#pragma once

#include <cstdint>

#include "seam/footprint.hpp"

namespace burelu {

/// Of lists of so many pairs over 2 `rows` rows of F: two while one is made from the other, and what is between them.
std::int64_t cpu_list_bytes(std::int64_t pairs, index_t rows);

/// Of the relaxation: lists of `pairs`, 8 pairs (m + d) r of the panel, 12 m r of F and what is made of it.
std::int64_t cpu_backend_bytes(const SolveSize& size);

/// Of one training backend: n (2 k + d + 3 c), (memory + 5) (d + c) k and min(n, k)^2 doubles, and smaller ones.
std::int64_t cpu_training_bytes(const TrainingSize& size);

}  // namespace burelu
