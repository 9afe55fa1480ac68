// Weights of pairs, computed from the angles where a pair comes onto the list: d multiplications and an arc cosine.
// For .cu files only.
#pragma once

#include "pair_list.hpp"
#include "seam/entry.hpp"

namespace burelu::cuda {

/// Weight of the pair of rows of F (i, j), with the importance of both, rounded as it is stored; the same for (j, i).
/// Not inlined: copies of an arc cosine in the loops that call it would spill registers.
__attribute__((noinline)) static __device__ float pair_weight(WeightView view, std::int64_t i, std::int64_t j) {
  const std::int64_t a = i < view.m ? i : i - view.m;
  const std::int64_t b = j < view.m ? j : j - view.m;
  double inner = 0.0;
  for (std::int64_t l = 0; l < view.d; ++l) inner += view.columns[l * view.m + a] * view.columns[l * view.m + b];
  const double scale = view.norms[a] * view.norms[b];
  const double cosine = ((i < view.m) == (j < view.m) ? inner : -inner) / scale;
  const double weight = entry::weight(scale * entry::arc_cosine_kernel(cosine), view.mean_kernel);
  return static_cast<float>(weight * (view.importance[i] * view.importance[j]));
}

}  // namespace burelu::cuda
