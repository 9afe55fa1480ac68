// How much memory a solve needs, before anything is allocated.
#pragma once

#include <cstdint>
#include <string>

#include "burelu/matrix.hpp"

namespace burelu {

/// Sizes of a presolved problem and of the method on it.
struct SolveSize {
  index_t rows = 0;       ///< m
  index_t features = 0;   ///< d
  index_t outputs = 0;    ///< c
  index_t loss_rows = 0;  ///< at least m
  int rank = 0;
  int memory = 0;  ///< L-BFGS pairs
  int threads = 1;
};

/// Sizes of the training of a network.
struct TrainingSize {
  index_t rows = 0, features = 0, outputs = 0;
  index_t width = 0;  ///< neurons, at most
};

/// Bytes of the CPU backend's arrays: about 40 m^2 (two copies of the multipliers and the weights over the 2m rows of
/// F, lower triangle) and 16 pairs (m + d) r of the panel. Exact but for rounding to cache lines.
std::int64_t cpu_backend_bytes(const SolveSize& size);

/// Bytes of a certificate on the host: the slack and its factor, the incumbent, the proof; order m + d.
std::int64_t certificate_bytes(const SolveSize& size);

/// Bytes the system can still give; a very large number where it does not say.
std::int64_t available_bytes();

/// Throws `MemoryError` with both figures where `needed` exceeds `available`.
void require_memory(std::int64_t needed, std::int64_t available, const std::string& where);

/// "1.5 GiB", "320 MiB".
std::string readable_bytes(std::int64_t bytes);

}  // namespace burelu
