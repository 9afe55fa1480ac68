// The space in which W is improved: G = J N^-1 J' and Y in an orthonormal basis of loss rows.
//
// Up to kFullBasis loss rows that is everything; beyond, the block Krylov space of G from [W Y], which holds the W
// given. Any subspace gives a valid W, and the best one is a sum of resolvents (I + lambda G)^-1 applied to Y.
#pragma once

#include "problem/presolve.hpp"
#include "seam/slack.hpp"

namespace burelu {

/// J'W, (m + d) x c: loss rows on a take W, those on b take scale W, and b = a - Xu.
Matrix pulled_back(const Presolved& p, const Matrix& W);

class LossSpace {
 public:
  /// `slack` is factorised. Keeps references.
  LossSpace(const Presolved& reduced, Slack& slack, const Matrix& W);

  /// Columns of its solves with the slack, at most.
  static index_t most_columns(const Presolved& reduced);

  const Matrix& G() const { return G_; }
  const Matrix& Y() const { return Y_; }
  /// From coordinates to loss rows.
  Matrix expand(const Matrix& coordinates) const;

 private:
  void build_krylov(const Matrix& W);

  const Presolved& reduced_;
  Slack& slack_;
  bool full_;
  Matrix basis_;  // empty where full
  Matrix G_, Y_;
};

}  // namespace burelu
