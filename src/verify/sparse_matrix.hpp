// The symmetric matrix K by rows, in intervals, and approximate solutions with its middle by conjugate gradients. What
// these leave is for the proof to pay: nothing here needs to be exact but the intervals.
#pragma once

#include <cstddef>
#include <vector>

#include "verify/files.hpp"
#include "verify/interval.hpp"

namespace burelu::verify {

/// An entry of the lower triangle, i >= j; entries of the same place are added up.
struct Entry {
  std::size_t i = 0;
  std::size_t j = 0;
  Interval value;
};

/// Both triangles; the diagonal apart.
struct SparseIntervals {
  std::vector<std::size_t> start;
  std::vector<std::size_t> column;
  std::vector<Interval> value;
  std::vector<Interval> diagonal;

  SparseIntervals(std::size_t order, std::vector<Entry> entries);
  std::size_t order() const { return diagonal.size(); }

  /// Row i of the product with Z, order x columns.
  void row_product(std::size_t i, const Table& Z, Interval* out) const;
};

/// Z with K Z ~ right, column by column, conjugate gradients preconditioned by the diagonal.
Table approximate_solution(const SparseIntervals& K, const Table& right);

}  // namespace burelu::verify
