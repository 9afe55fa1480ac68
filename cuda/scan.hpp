// The scan: which of all pairs of rows of F belong on the list, and the list made anew.
//
// All pairs p < q are compared in tiles in single precision, with room for its rounding, the products in registers; S
// is summed in double where it may be small. New pairs beside those that carry a multiplier are counted into rows, put
// there in any order, and ordered within their rows: the result does not depend on the order of threads. Sizes stay on
// the device. Where there is too little room the most violated stay, by a histogram of cosines and a second look, which
// returns at once where it is not needed.
#pragma once

#include "pair_list.hpp"

namespace burelu::cuda {

struct ScanView {
  PairView pairs;
  const double* factor;  ///< F, rows of `rank`
  std::int64_t rank;
  float* unit;      ///< rows of norm one, as F
  double* norm;     ///< of the rows of F
  Counter* counts;  ///< one more than rows
};

/// (2m)^2 r flops in single precision, and 100 bytes a pair of the list.
void scan(cudaStream_t stream, const ScanView& view);

/// The second half of it: the new list from the old one's entries that carry a multiplier and what was found.
void build_list(cudaStream_t stream, const ScanView& view);

}  // namespace burelu::cuda
