// The Newton system of the interior-point method: dense, symmetric, close to singular in the end.
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu::interior {

/// A symmetric positive definite system brought to unit diagonal: the Cholesky factor of H + shift I below the
/// diagonal, H itself above it, so that solutions can be refined.
class ScaledSystem {
 public:
  explicit ScaledSystem(std::int64_t size);

  void clear();
  double* column(std::int64_t k) { return entries_.data() + k * size_; }  ///< lower part: rows >= k

  /// False where H is not positive definite even with the largest shift, or not finite.
  bool factorise();

  /// Rows of B become rows of B H^-1.
  void solve(Matrix& B) const;

 private:
  std::int64_t size_;
  std::vector<double> entries_;
  std::vector<double> scale_;
};

}  // namespace burelu::interior
