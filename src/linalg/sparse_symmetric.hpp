// A sparse symmetric matrix by rows, both triangles stored and the diagonal apart, so that a product with a few columns
// is one pass over the rows and rows can be shared among threads without locks.
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

/// Entry (i, column[e]) = value[e] for start[i] <= e < start[i + 1], ascending columns other than i; (i, i) =
/// diagonal[i].
struct SparseSymmetric {
  std::vector<std::int64_t> start = {0};
  std::vector<std::int32_t> column;
  std::vector<double> value;
  std::vector<double> diagonal;

  index_t order() const { return static_cast<index_t>(diagonal.size()); }
  index_t entries() const { return static_cast<index_t>(column.size()); }
};

/// An entry of the lower triangle, i >= j; entries of the same place are added up.
struct SparseEntry {
  std::int32_t i = 0, j = 0;
  double value = 0.0;
};

/// Work: entries log entries.
SparseSymmetric sparse_symmetric(index_t order, std::vector<SparseEntry> entries);

/// A X for X of order x k, row-major. Traffic: 12 bytes for each entry and k doubles for each entry and row.
Matrix product(const SparseSymmetric& A, const Matrix& X);

/// A on the places of A and B together, zero where A has none.
SparseSymmetric spread(const SparseSymmetric& A, const SparseSymmetric& B);

}  // namespace burelu
