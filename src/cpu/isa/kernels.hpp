// The vectorised inner loops of the CPU backend, compiled once per instruction set and chosen at run time.
#pragma once

#include <cstdint>

#include "seam/entry.hpp"

namespace burelu::isa {

inline constexpr int kLanes = 8;      ///< rows of F and of pair lists are padded to a multiple of this
inline constexpr int kScanTile = 64;  ///< edge of a tile of the scan: two of them, in float, fill half of an L1 cache

/// Rows of F with their lists of pairs (cpu/pair_list.hpp): entries offset[p] .. offset[p + 1] - 1 belong to row p, a
/// multiple of kLanes; those that fill up have T' = -infinity, for which the hinge is always zero. 64-byte aligned.
struct PairRows {
  const double* factor;  ///< F, `stride` doubles a row
  double* gradient;      ///< of the same shape; row p is written with sum over q of G_pq F_q
  int stride;            ///< a multiple of kLanes, padded with zeros
  const std::int64_t* offset;
  const std::int32_t* column;
  double* multiplier;      ///< T' = T / w; written by pair_update only
  const double* previous;  ///< T'+ of the last update; pair_update only
  const float* weight;     ///< w
  double sigma;
};

/// Two tiles of F with rows of norm one, in single precision.
struct ScanTile {
  const float* rows;  ///< kScanTile x rank
  const float* cols;  ///< rank x kScanTile, 64-byte aligned
  int rank;
  float below;
};

struct Kernels {
  const char* name;
  /// h = (T' - sigma S)_+ and G = w h over the pairs of these rows: writes G F, returns sum w h^2.
  double (*pair_pass)(const PairRows& rows, std::int64_t begin, std::int64_t end);
  /// As pair_pass, and T' <- h with the sums of an update over these entries; `mass` is theirs alone, `largest` is left
  /// out.
  void (*pair_update)(const PairRows& rows, std::int64_t begin, std::int64_t end, entry::UpdateSums& sums);
  /// Bit j of near[i]: the product of row i and column j is less than `below`.
  void (*scan_tile)(const ScanTile& tile, std::uint64_t near[kScanTile]);
  /// Adds column . s, column . y, column . g over n entries to out.
  void (*dot3)(const float* column, const double* s, const double* y, const double* g, std::int64_t n, double out[3]);
  double (*dot_single)(const float* x, const double* y, std::int64_t n);
  double (*dot)(const double* x, const double* y, std::int64_t n);
  /// out += sum over k of coefficient[k] * column[k], n entries: a piece that stays in the first cache.
  void (*combine)(const float* const* columns, const double* coefficients, int count, double* out, std::int64_t n);
};

const Kernels& kernels_baseline();
#if defined(BURELU_X86_DISPATCH)
const Kernels& kernels_avx2();
const Kernels& kernels_avx512();
#endif

/// The best kernels this processor runs.
const Kernels& kernels();

}  // namespace burelu::isa
