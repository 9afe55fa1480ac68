// The constants of one relaxation, prepared once on the host for any backend: preconditioner, prediction rows, weights.
#pragma once

#include <cstdint>
#include <vector>

#include "problem/presolve.hpp"

namespace burelu {

/// A pair in the sum w S^2 over all ordered pairs that are not tied, which scales the primal residual.
struct SampledPair {
  std::int32_t i, j;
  double weight;  ///< w without row importance, times the ordered pairs that it stands for
};

/// Rows of the factor F = [A; B]: row k < m is a_k, row m + k is b_k. Every pair of rows has a product >= 0; the pairs
/// (k, m + k) are tied: their product is zero and their multiplier free.
struct RelaxationData {
  index_t m = 0, d = 0, c = 0;
  Matrix X;  ///< m x d
  Matrix Y;  ///< (m + negative) x c
  double gamma = 0.0;
  std::vector<std::int32_t> negative;
  std::vector<double> negative_scale;
  Matrix K;                   ///< d x d, U = K Ut (problem/preconditioner.hpp)
  Matrix XK;                  ///< m x d
  Matrix decay;               ///< gamma K'K
  std::vector<double> norms;  ///< of the rows of X
  double mean_kernel = 0.0;   ///< mean arc-cosine kernel over pairs of rows, the unit of the weights
  std::vector<SampledPair>
      sample;  ///< all pairs where they are few, else the diagonal and some, the same on any device

  index_t factor_rows() const { return 2 * m; }
  bool tied(index_t i, index_t j) const { return (i < m && j == i + m) || (j < m && i == j + m); }
  index_t loss_rows() const { return Y.rows; }
};

/// Pairs in the sample of a problem with m rows.
std::int64_t sample_size(index_t m);

RelaxationData prepare(const Presolved& reduced);

/// Natural size of the product of the rows i, j < 2m of [A; B]: their arc-cosine kernel.
double pair_kernel(const RelaxationData& data, index_t i, index_t j);

/// Penalty weight of a pair of factor rows, without row importance: 1 / (natural size of the product).
double pair_weight(const RelaxationData& data, index_t i, index_t j);

}  // namespace burelu
