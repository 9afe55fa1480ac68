// The vectorised inner loops of the CPU backend, compiled once per instruction set and chosen at run time.
#pragma once

#include <cstdint>

#include "seam/entry.hpp"

namespace burelu::isa {

inline constexpr int kTile =
    32;  ///< edge of a tile of the interaction pass: 8 KiB of doubles, half of an L1 cache with F
inline constexpr int kLanes = 8;  ///< rows of F are padded to a multiple of this many doubles (64 bytes)

/// One tile of S = F F' against its multipliers: rows I, columns J. All pointers are 64-byte aligned.
struct Tile {
  const double* rows;             ///< F_I, kTile x stride
  const double* cols;             ///< F_J, kTile x stride
  const double* cols_transposed;  ///< F_J', rank x kTile
  double* gradient_rows;          ///< += G F_J, kTile x stride
  double* gradient_cols;          ///< += G' F_I, or null on a diagonal tile
  double* scaled_multipliers;     ///< T' = T / w, kTile x kTile; written by tile_update only
  const double* previous;         ///< T'+ of the previous update; tile_update only
  const float* weights;           ///< w without row importance, kTile x kTile
  const double* importance_rows;  ///< q_I
  const double* importance_cols;  ///< q_J
  int rank;
  int stride;
  double sigma;
};

struct Kernels {
  const char* name;
  /// h = (T' - sigma S)_+, G = w h: adds G F_J and G' F_I, returns sum w h^2. Strips of G that are zero cost no
  /// product.
  double (*tile_pass)(const Tile& tile);
  /// As tile_pass, and T' <- h with the sums of an update, `largest` left out, each entry counted once. Pairs with
  /// T' = -infinity are tied: left alone, not counted.
  entry::UpdateSums (*tile_update)(const Tile& tile);
  /// out[k] = column . s, column . y, column . g over n entries.
  void (*dot3)(const double* column, const double* s, const double* y, const double* g, std::int64_t n, double out[3]);
  double (*dot)(const double* x, const double* y, std::int64_t n);
  /// out += sum over k of coefficient[k] * column[k], n entries.
  void (*combine)(const double* const* columns, const double* coefficients, int count, double* out, std::int64_t n);
};

const Kernels& kernels_baseline();
#if defined(BURELU_X86_DISPATCH)
const Kernels& kernels_avx2();
const Kernels& kernels_avx512();
#endif

/// The best kernels this processor runs.
const Kernels& kernels();

}  // namespace burelu::isa
