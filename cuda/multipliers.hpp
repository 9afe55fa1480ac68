// Launchers of what happens to the multipliers between windows: extrapolation, new row importance, the way to the host.
#pragma once

#include "burelu/certificate.hpp"
#include "interaction.hpp"

namespace burelu::cuda {

/// Tied pairs (k, m + k) to -infinity, all others to zero.
template <class Stored>
void clear_multipliers(cudaStream_t stream, const PairView<Stored>& pairs);

/// T <- (T+ + beta (T+ - previous))_+, previous <- T+. 32 bytes per entry (float: 16).
template <class Stored>
void extrapolate(cudaStream_t stream, const PairView<Stored>& pairs, const State* state);

/// Importance from tau: q_k = max(-tau_k, floor mean)^p with geometric mean one; T stays, T' is rescaled; the memory is
/// flushed. Nothing happens where no tau is negative. `next` holds a double per row of F.
template <class Stored>
void reweigh(cudaStream_t stream, const PairView<Stored>& pairs, double* importance, double* next, const double* tau,
             State* state);

/// Positive multipliers of the last update, row by row. `offsets` (rows of F + 1) receives where each row begins, then
/// entries `begin` .. `begin + capacity` - 1 are written to `out`.
template <class Stored>
void count_multipliers(cudaStream_t stream, const PairView<Stored>& pairs, std::int64_t* offsets);
template <class Stored>
void list_multipliers(cudaStream_t stream, const PairView<Stored>& pairs, const std::int64_t* offsets,
                      std::int64_t begin, std::int64_t capacity, Multiplier* out);

/// The way back: T' of these pairs, each of which occurs once, and the same as that of the last update.
template <class Stored>
void write_multipliers(cudaStream_t stream, const PairView<Stored>& pairs, const Multiplier* from, std::int64_t count);

}  // namespace burelu::cuda
