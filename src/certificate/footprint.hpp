// Bytes of certificates on the host.
#pragma once

#include <cstdint>

#include "seam/footprint.hpp"

namespace burelu {

/// M(T), two incumbents, one matrix of work or of the proof; order m + d. The slack is its device's.
std::int64_t certificate_bytes(const SolveSize& size);

}  // namespace burelu
