// The Lanczos method with full orthogonalisation for the largest eigenvalues of a positive definite operator, here the
// inverse of N + s I: with those beyond 1/s go the negative eigenvalues of N.
#pragma once

#include <functional>
#include <vector>

#include "certificate/sparse_slack.hpp"

namespace burelu {

class Lanczos {
 public:
  explicit Lanczos(index_t order);

  /// Up to `steps` steps in all; `apply` is the operator on one column. False where it fails.
  bool advance(index_t steps, const std::function<bool(Matrix&)>& apply);
  /// The space is invariant: no step is left.
  bool finished() const { return finished_; }
  /// Eigenvalues in the space so far, ascending; none where LAPACK fails.
  std::vector<double> values();
  /// The last `count` of them as eigenvalues 1/value - lift of N, ascending, with their vectors. After values().
  Curvature below(double lift, index_t count) const;

 private:
  index_t order_;
  Matrix next_;                // the next vector, not of norm one
  double size_;                // its norm
  std::vector<double> basis_;  // vectors one after the other
  std::vector<double> diagonal_, off_;
  std::vector<double> ritz_values_;
  Matrix ritz_;  // their vectors in the basis, by rows
  bool finished_ = false;
};

}  // namespace burelu
