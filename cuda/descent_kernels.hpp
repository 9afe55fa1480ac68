// Launchers of the quasi-Newton descent: L-BFGS in panel form (src/cpu/cpu_descent.hpp is the same on the CPU).
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "state.hpp"

namespace burelu::cuda {

/// The arrays of a descent with N unknowns and p pairs. Columns of the panel: s_0 .. s_{p-1}, y_0 .. y_{p-1}.
struct DescentView {
  double *point, *trial, *gradient, *trial_gradient, *direction;  ///< N each
  double* panel;                                                  ///< 2p columns, `stride` apart
  double* gram;                                                   ///< (2p + 1)^2 of [s | y | g]
  double* coefficients;                                           ///< 2p + 1
  double* partial;                                                ///< panel_blocks(N) x 3 (2p + 1), and of dots
  State* state;
  std::int64_t unknowns, stride;
  int capacity;
};

/// Blocks over which the products of the panel are split.
int panel_blocks(std::int64_t unknowns);

/// Scalars of the host, as arguments of a kernel: they are copied when it is queued.
void write_state(cudaStream_t stream, State* state, const State& value);
void write_settings(cudaStream_t stream, State* state, const Settings& settings);
void write_penalty(cudaStream_t stream, State* state, double sigma);
/// The memory is empty.
void forget_pairs(cudaStream_t stream, State* state);

void open_window(cudaStream_t stream, const DescentView& view);
void step(cudaStream_t stream, const DescentView& view);
void judge(cudaStream_t stream, const DescentView& view);
void accept(cudaStream_t stream, const DescentView& view);
void direction(cudaStream_t stream, const DescentView& view);
/// Slope and norm of the trial's gradient; adds `decay` (a product of the unknowns) to the decay.
struct DecayTerm {
  const double* x;
  const double* y;
  std::int64_t size;
};
void measure_trial(cudaStream_t stream, const DescentView& view, DecayTerm decay);

}  // namespace burelu::cuda
