// Bytes of certificates on the host.
#pragma once

#include <cstdint>

#include "seam/footprint.hpp"

namespace burelu {

/// Lists, sparse rows and blocks of d + c columns, for lists as long as they are at solutions.
std::int64_t certificate_bytes(const SolveSize& size);

}  // namespace burelu
