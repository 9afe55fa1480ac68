// Bytes of certificates on the host.
#pragma once

#include <cstdint>

#include "seam/footprint.hpp"

namespace burelu {

/// Without cuts: lists, sparse rows and blocks of d + c columns, for lists as long as they are at solutions. With cuts:
/// M(T), M(T0), one matrix of work or of the proof; order m + d. The slack is then its device's.
std::int64_t certificate_bytes(const SolveSize& size);

}  // namespace burelu
