// How much memory the machine can still give, and the refusal where a problem needs more.
#pragma once

#include <cstdint>
#include <string>

namespace burelu {

/// Bytes the system can still give to this process, its own limits (ulimit -v, -d) included; a very large number where
/// nothing says.
std::int64_t available_bytes();

/// Throws `MemoryError` with both figures, and what to do, where `needed` exceeds `available`.
void require_memory(std::int64_t needed, std::int64_t available, const std::string& where,
                    const std::string& advice = "use fewer samples (memory grows with their square)");

/// "1.5 GiB", "320 MiB".
std::string readable_bytes(std::int64_t bytes);

}  // namespace burelu
