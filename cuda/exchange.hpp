// Launchers of the way of a pass's rows and sums from one rank to the others: those of each rank stand in one stretch,
// its rows of G F and then the sums of its blocks.
#pragma once

#include <cuda_runtime.h>

#include "row_share.hpp"
#include "state.hpp"

namespace burelu::cuda {

struct ExchangeView {
  RowShare share;
  std::int64_t rows, rank;  ///< of G F
  double* gradient;
  double* partial;  ///< sums as in PassView, of which the first `kinds` are exchanged
  int kinds;
  double* packed;
  const std::int64_t *rows_at, *sums_at;  ///< of each rank in `packed`
  const State* state;
  double* words;
};

/// What ranks that have done the same have the same of, bit for bit; the last says whether the search has halted.
inline constexpr int kWords = 12;

/// This rank's rows and sums into its stretch, and its words. 2 r numbers a row.
void pack(cudaStream_t stream, const ExchangeView& view);
/// Those of all others to their places. 2 r numbers a row.
void unpack(cudaStream_t stream, const ExchangeView& view);

}  // namespace burelu::cuda
