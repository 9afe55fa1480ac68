// Solves with a sparse symmetric matrix: by a complete factor where that stays sparse, by conjugate gradients with an
// incomplete one where it does not. Made for matrices without positive entries off the diagonal: for others an
// incomplete factorisation may end early.
#pragma once

#include "linalg/sparse_cholesky.hpp"
#include "linalg/team.hpp"

namespace burelu {

class SparseSolver {
 public:
  /// Of a complete factorisation: beyond, conjugate gradients take less, at 5 to 20 entries a row and 10 to 50 columns.
  static constexpr double kMostFlops = 3e9;

  explicit SparseSolver(const SparseSymmetric& pattern, double most_flops = kMostFlops)
      : factor_(pattern, most_flops) {}

  bool complete() const { return factor_.complete(); }
  /// A has the pattern of the constructor and must outlive its solves. False where it was found not to be positive
  /// definite, which an incomplete factorisation does not always find.
  bool factorise(const SparseSymmetric& A);
  /// Z <- A^-1 Z; the team shares columns of an iteration. False where that met nonpositive curvature or did not
  /// converge.
  bool solve(Matrix& Z, double tolerance, const Team& team = Team::current()) const;
  /// The factor, where it is complete.
  const SparseCholesky& factor() const { return factor_; }

 private:
  SparseCholesky factor_;
  const SparseSymmetric* A_ = nullptr;
};

}  // namespace burelu
