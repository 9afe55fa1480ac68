// Features that a network can do without: columns of zeros, whose weights only cost, and what lies outside the row
// space where there are more features than rows. Training is of order min(n, d) then.
#pragma once

#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

class FewFeatures {
 public:
  explicit FewFeatures(const MatrixView& X);

  bool reduces() const { return reduces_; }
  const Matrix& X() const { return X_; }
  /// Input weights of the features as given, from those of the few, and back.
  Matrix restored(const Matrix& U) const;
  Matrix restricted(const Matrix& U) const;

 private:
  std::vector<index_t> columns_;  // with an entry that is not zero
  index_t features_;
  bool reduces_ = false;
  Matrix X_;
  Matrix Q_;  // rows x columns_, where there are more of these
};

}  // namespace burelu
