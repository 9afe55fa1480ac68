// How much memory a solve needs, before anything is allocated.
#pragma once

#include <cstdint>

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
  index_t cuts = 0;           ///< cone cuts at a time, at most
  std::int64_t interior = 0;  ///< bytes of the interior-point method, 0 where it is not used
  index_t slack_columns = 0;  ///< of right-hand sides in a certificate, at most

  /// Entries of the cuts together: a vertex of the separating programme has d, and each cut its own line.
  index_t cut_terms() const { return cuts * (features + 1); }
};

/// Sizes of the training of a network.
struct TrainingSize {
  index_t rows = 0, features = 0, outputs = 0;
  index_t width = 0;  ///< neurons, at most
};

/// Bytes of the CPU backend's arrays: about 10 (2m + q)^2 (two copies of the multipliers and the weights over the rows
/// of F, lower triangle), 8 q (2m + q) of kernels of q cuts, and 16 pairs (m + d) r of the panel. Exact but for
/// rounding to cache lines, and as far as cuts have the terms that cut_terms() says.
std::int64_t cpu_backend_bytes(const SolveSize& size);

/// Bytes of a certificate on the host: the slack and its factor, the incumbent, the proof; order m + d.
std::int64_t certificate_bytes(const SolveSize& size);

}  // namespace burelu
