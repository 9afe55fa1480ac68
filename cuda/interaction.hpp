// Launchers of the interaction pass over the list of pairs: product, hinge and multiplication back in one kernel, a
// warp a row. S and G are never stored. Where several ranks share the rows (row_share.hpp) the rows of a pass are
// theirs, and what it ends with is everybody's once rows and sums have been exchanged (exchange.hpp).
#pragma once

#include "pair_list.hpp"
#include "row_share.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu::cuda {

struct PassView {
  PairView pairs;
  const double* factor;  ///< F, rows of `rank`
  double* gradient;      ///< G F
  std::int64_t rank;
  double* partial;  ///< kUpdateSums kinds of sums, each of kPassBlocks blocks
  RowShare share = {};
};

inline constexpr int kUpdateSums = 7;  ///< penalty, change, restart, shortfall, -smallest; mass, largest

inline constexpr int kRowSums = 5;  ///< those of rows: the first ones

/// G F, and sums of the blocks. Per entry: a row of F from the L2 cache, 16 bytes of the list (4 more where h > 0).
void pass_rows(cudaStream_t stream, const PassView& pass);
/// The penalty.
void finish_pass(cudaStream_t stream, const PassView& pass);

/// The same, T' <- h, with the sums of an update.
void update_rows(cudaStream_t stream, const PassView& pass);
/// The sums; mass and diagonal over the sample, which has the whole diagonal.
void finish_update(cudaStream_t stream, const PassView& pass, const SampledPair* sample, std::int64_t sampled);

}  // namespace burelu::cuda
