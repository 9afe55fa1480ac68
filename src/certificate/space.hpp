// The space in which W is improved: G = J N^-1 J' and Y in an orthonormal basis of loss rows.
//
// Up to kFullBasis loss rows that is everything; beyond, the block Krylov space of G from [W Y], which holds the W
// given. Any subspace gives a valid W, and the best one is a sum of resolvents (I + lambda G)^-1 applied to Y.
#pragma once

#include "certificate/sparse_slack.hpp"
#include "problem/presolve.hpp"

namespace burelu {

/// J'W, (m + d) x c: loss rows on a take W, those on b take scale W, and b = a - Xu.
Matrix pulled_back(const Presolved& p, const Matrix& W);

class LossSpace {
 public:
  /// `slack` is factorised. Keeps references.
  LossSpace(const Presolved& reduced, SparseSlack& slack, const Matrix& W);

  /// Columns of its solves with the slack, at most.
  static index_t most_columns(const Presolved& reduced);

  /// False where a solve failed: the slack was not positive definite after all.
  bool valid() const { return valid_; }
  const Matrix& G() const { return G_; }
  const Matrix& Y() const { return Y_; }
  /// From coordinates to loss rows.
  Matrix expand(const Matrix& coordinates) const;

 private:
  bool build_krylov(const Matrix& W);

  const Presolved& reduced_;
  SparseSlack& slack_;
  bool full_;
  bool valid_ = true;
  Matrix basis_;  // empty where full
  Matrix G_, Y_;
};

}  // namespace burelu
