// The lifted constraints of a small relaxation as linear functions of Z: S_ij = F_i Z F_j' for rows of F = J (a, u).
#pragma once

#include <cstdint>
#include <vector>

#include "seam/relaxation_data.hpp"

namespace burelu {

/// An entry of a sparse row.
struct SparseEntry {
  std::int32_t column;
  double value;
};
using SparseRow = std::vector<SparseEntry>;

/// Place of entry (a, b), a >= b, of a symmetric matrix in its vector of n(n + 1)/2 coordinates.
inline std::int64_t coordinate(std::int64_t a, std::int64_t b) {
  return a >= b ? a * (a + 1) / 2 + b : b * (b + 1) / 2 + a;
}

/// Rows of J, (2m + cuts) x (m + d): a_k = e_k, b_k = e_k - (0, x_k), cuts as combinations of those.
class Products {
 public:
  explicit Products(const RelaxationData& data);

  index_t count() const { return static_cast<index_t>(rows_.size()); }
  index_t order() const { return order_; }
  /// S = J Z J', count x count; Z is order x order, symmetric.
  Matrix products(const Matrix& Z) const;
  /// J' T J for symmetric T.
  Matrix pulled_back(const Matrix& T) const;
  /// The function Z -> F_i Z F_j' in coordinates (see `coordinate`); entries are summed.
  SparseRow function(index_t i, index_t j) const;

 private:
  index_t order_;
  std::vector<SparseRow> rows_;
};

}  // namespace burelu
