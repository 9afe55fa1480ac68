// Launcher of the mixture of which the slack of a certificate is made (src/seam/slack.hpp).
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace burelu::cuda {

/// Column-major matrices of order m + d of which the lower triangles count.
struct MixtureView {
  const double* form;
  const double* anchor;
  const double* X;     ///< m x d, row-major
  const double* tied;  ///< m
  double* matrix;
  std::int64_t m, d;
  double form_share, anchor_share, gamma, spare;
};

/// matrix = form M(T) + anchor M(T0) + M(-diag(tied)) + gamma/2 I_u, diagonal times `spare`; zero above the diagonal.
/// 12 order^2 bytes, 16 with an anchor.
void mix_slack(cudaStream_t stream, const MixtureView& view);

}  // namespace burelu::cuda
