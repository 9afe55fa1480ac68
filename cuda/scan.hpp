// The scan: which of all pairs of rows of F belong on the list, and the list made anew.
//
// All pairs p < q are compared in tiles in single precision, with room for its rounding, the products in registers; S
// is summed in double where it may be small. New pairs beside those that carry a multiplier are counted into rows, put
// there in any order, and ordered within their rows: the result does not depend on the order of threads. Sizes stay on
// the device. Where there is too little room a second look takes what fits (seam/pair_choice.hpp), by a histogram of
// cosines; it returns at once where it is not needed.
//
// Where ranks share the rows each has their entries, and looks at the pairs of tiles whose first is its own; what it
// finds for others' rows comes to them between the two halves (shared_scan.cpp).
#pragma once

#include "pair_list.hpp"
#include "row_share.hpp"

namespace burelu::cuda {

struct ScanView {
  PairView pairs;
  const double* factor;  ///< F, rows of `rank`
  std::int64_t rank;
  float* unit;      ///< rows of norm one, as F
  double* norm;     ///< of the rows of F
  Counter* counts;  ///< one more than rows
  RowShare share = {};
};

/// S_pq / (|f_p| |f_q|); the same for (q, p).
BURELU_FORMULA double cosine_of(const ScanView& view, std::int64_t p, std::int64_t q) {
  const double* f = view.factor + p * view.rank;
  const double* g = view.factor + q * view.rank;
  double s = 0.0;
  for (std::int64_t l = 0; l < view.rank; ++l) s += f[l] * g[l];
  return s / (view.norm[p] * view.norm[q]);
}

/// (2m)^2 r flops in single precision, and 100 bytes a pair of the list.
void scan(cudaStream_t stream, const ScanView& view);

/// Its parts. To begin with: unit rows, and the count of what stays.
void open_scan(cudaStream_t stream, const ScanView& view);
/// The pairs of tiles; `again`: where the first look found more than fits.
void find_pairs(cudaStream_t stream, const ScanView& view, bool again);
/// The second half: the new list from the old one's entries that carry a multiplier and what was found. `listed`: pairs
/// of all ranks, where there are several.
void build_list(cudaStream_t stream, const ScanView& view, std::int64_t listed = -1);

}  // namespace burelu::cuda
