// Cuts as rows of the factor: sparse combinations of the rows of [A; B], scaled to the size of the others.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "burelu/certificate.hpp"
#include "burelu/matrix.hpp"

namespace burelu {

/// q rows S = L [A; B] in compressed row storage: row t is the sum over p in [offset[t], offset[t + 1]) of value[p]
/// times row form[p], and equals scale[t] times its cut.
struct CutRows {
  std::vector<std::int64_t> offset = {0};
  std::vector<std::int32_t> form;
  std::vector<double> value;
  std::vector<double> scale;
  Matrix kernel;  ///< q x (2m + q): arc-cosine kernel of each cut row with every row of F

  index_t count() const { return static_cast<index_t>(scale.size()); }
};

/// Natural size of the product of two rows of [A; B].
using PairKernel = std::function<double(index_t, index_t)>;

/// Rows for these cuts over `base` = 2m forms. The coefficients are scaled, not the values: most cuts are zero on most
/// neurons, so that rows of natural size `size` would have coefficients of 1e3 (and the solve ends in bad local
/// minima). The kernel is bilinear: that of cuts with anything follows from `pair` (exact, E over Gaussian u).
CutRows cut_rows(const std::vector<Cut>& cuts, index_t base, double size, const PairKernel& pair);

}  // namespace burelu
