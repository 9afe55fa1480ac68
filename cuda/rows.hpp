// Launchers of the row-wise maps: from the unknowns to the factor, and from the factor's gradient back.
//
// Shapes: m rows, r columns of the factor, `negative` rows of the loss that read -b instead of a.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "state.hpp"

namespace burelu::cuda {

struct RowsView {
  std::int64_t m, rank;
  const double* activation;  ///< P, m x r
  const double* shat;        ///< m x r
  double* norm;              ///< |p_k|
  double* factor;            ///< F, whose first 2m rows are [A; B]
  std::int64_t negatives;
  const std::int32_t* negative;
  const double* negative_scale;
};

/// c_k = |p_k| s_k / |s_k|, a_k = (c_k + p_k)/2, b_k = (c_k - p_k)/2. 4 m r.
void factor_rows(cudaStream_t stream, const RowsView& view);

/// H = [A; scale B_negative] to the first r columns of rows of `stride`.
void gather_loss_rows(cudaStream_t stream, const RowsView& view, double* loss_rows, std::int64_t stride);

struct PullView {
  double* gradient_factor;      ///< G F for the rows of [A; B], 2m x r; the negative rows of E V are folded into it
  const double* loss_gradient;  ///< E V, (m + negatives) x r
  double* gradient_shat;        ///< m x r
  double* pulled;               ///< gP + <s, gC> p / |p|, m x r
  double* tau;
};

/// gShat_k = |p_k| (gC_k - s_k <s_k, gC_k>) / |shat_k| and what is multiplied by (XK)'. 7 m r.
void pull_rows(cudaStream_t stream, const RowsView& rows, const PullView& pull);

/// -I in the last c columns of c rows of r + c.
void write_minus_identity(cudaStream_t stream, double* out, std::int64_t rank, std::int64_t outputs);

}  // namespace burelu::cuda
