// Positive semidefiniteness of a symmetric matrix known up to entrywise intervals.
#pragma once

#include <cstddef>
#include <vector>

#include "verify/interval.hpp"

namespace burelu::verify {

/// Lower triangle by rows: entry (i, j), j <= i, at i (i + 1) / 2 + j.
class SymmetricIntervals {
 public:
  explicit SymmetricIntervals(std::size_t order) : order_(order), entries_(order * (order + 1) / 2) {}
  std::size_t order() const { return order_; }
  Interval& operator()(std::size_t i, std::size_t j) { return entries_[i * (i + 1) / 2 + j]; }
  const Interval& operator()(std::size_t i, std::size_t j) const { return entries_[i * (i + 1) / 2 + j]; }

 private:
  std::size_t order_;
  std::vector<Interval> entries_;
};

/// True only if every symmetric matrix within the intervals is positive semidefinite.
bool certainly_positive(const SymmetricIntervals& matrix);

}  // namespace burelu::verify
