// Launchers of the interaction pass over the list of pairs: product, hinge and multiplication back in one kernel, a
// warp a row. S and G are never stored.
#pragma once

#include "pair_list.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu::cuda {

struct PassView {
  PairView pairs;
  const double* factor;  ///< F, rows of `rank`
  double* gradient;      ///< G F
  std::int64_t rank;
  double* partial;  ///< kUpdateSums kinds of sums, each of kPassBlocks blocks
};

inline constexpr int kPassBlocks = 2048;
inline constexpr int kUpdateSums = 7;  ///< penalty, change, restart, shortfall, -smallest; mass, largest

/// G F and the penalty. Per entry: a row of F from the L2 cache, 16 bytes of the list (4 more where h > 0).
void interaction_pass(cudaStream_t stream, const PassView& pass);

/// The same, T' <- h, with the sums of an update; mass and diagonal over the sample, which has the whole diagonal.
void update_multipliers(cudaStream_t stream, const PassView& pass, const SampledPair* sample, std::int64_t sampled);

}  // namespace burelu::cuda
