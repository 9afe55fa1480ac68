// Launchers of the sums of the output layer, and of the rule after an update.
#pragma once

#include "descent_kernels.hpp"

namespace burelu::cuda {

struct OutputView {
  const double *residual, *targets, *output;
  std::int64_t residuals, outputs;  ///< entries of E, of V
  double gamma;
};

/// Loss 1/2 ||E||^2, decay of V, dual value -<E, Y> - 1/2 ||E||^2.
void measure_output(cudaStream_t stream, const OutputView& output, const DescentView& view);
void judge_update(cudaStream_t stream, const DescentView& view);

}  // namespace burelu::cuda
