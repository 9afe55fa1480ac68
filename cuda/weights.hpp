// Weights of pairs, recomputed from the angles where they are needed: d multiplications instead of a stored entry.
// For .cu files only.
#pragma once

#include "interaction.hpp"
#include "seam/entry.hpp"
#include "triangle.hpp"

namespace burelu::cuda {

/// Weight of the pair of factor rows (i, j <= i) without row importance, rounded to float as the CPU stores it. Not
/// inlined: eight copies of an arc cosine in the loops that call it would spill registers.
__attribute__((noinline)) static __device__ double pair_weight(WeightView view, std::int64_t i, std::int64_t j) {
  const std::int64_t a = i < view.m ? i : i - view.m;
  const std::int64_t b = j < view.m ? j : j - view.m;
  double inner = 0.0;
  for (std::int64_t l = 0; l < view.d; ++l)
    inner += view.columns[l * view.stride + a] * view.columns[l * view.stride + b];
  const double scale = view.norms[a] * view.norms[b];
  const double cosine = ((i < view.m) == (j < view.m) ? inner : -inner) / scale;
  return static_cast<float>(entry::weight(scale * entry::arc_cosine_kernel(cosine), view.mean_kernel));
}

}  // namespace burelu::cuda
