// Launchers of what happens to the list between windows: extrapolation, new row importance, the way to the host and
// back.
#pragma once

#include "burelu/certificate.hpp"
#include "pair_list.hpp"
#include "seam/backend_state.hpp"

namespace burelu::cuda {

/// T <- (T+ + beta (T+ - previous))_+, previous <- T+. 32 bytes per entry.
void extrapolate(cudaStream_t stream, const PairView& pairs);

/// Importance from tau: q_k = max(-tau_k, floor mean)^p with geometric mean one; T stays, T' is rescaled; the memory is
/// flushed. Nothing happens where no tau is negative. `next` holds a double per row of F.
void reweigh(cudaStream_t stream, const PairView& pairs, double* importance, double* next, const double* tau);

/// Pairs i > j, row by row: those with a positive multiplier of the last update, and those that carry any. The place of
/// each row's first goes to `counts` (rows + 1), all of them to `out`.
void list_multipliers(cudaStream_t stream, const PairView& pairs, Counter* counts, Multiplier* out);
void list_carried(cudaStream_t stream, const PairView& pairs, Counter* counts, ListedPair* out);

/// A list from the host, complete but for weights, with T in place of T'.
void weigh_list(cudaStream_t stream, const PairView& pairs);

}  // namespace burelu::cuda
