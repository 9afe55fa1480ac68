// Launchers of the maps of the training loss: the ReLU, its mask, and the sums.
#pragma once

#include "descent_kernels.hpp"

namespace burelu::cuda {

/// R = relu(P), its kink rounded over *width where that is given and not zero. 2 n k.
void hidden_layer(cudaStream_t stream, const double* P, double* R, std::int64_t entries, const double* width);

/// R <- R relu'(P). 3 n k.
void mask(cudaStream_t stream, const double* P, double* R, std::int64_t entries, const double* width);

/// out = factor (x + shift y); x may be null.
void scaled_sum(cudaStream_t stream, double* out, double factor, const double* x, double shift, const double* y,
                std::int64_t entries);

/// unit = mean |P|. One block: it runs once per network.
void measure_unit(cudaStream_t stream, const double* P, std::int64_t entries, double* unit);

/// *width = width unit, the memory is flushed and a window opened.
void open_level(cudaStream_t stream, State* state, double width, const double* unit, double* out);

/// Loss 1/2 ||E||^2 and the decay of V.
struct NetworkSums {
  const double *residual, *output;
  std::int64_t residuals, outputs;
  double gamma;
};
void measure_network(cudaStream_t stream, const NetworkSums& sums, const DescentView& view);

}  // namespace burelu::cuda
