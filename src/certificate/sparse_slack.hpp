// What the repairs ask of the dual slack N = M(T) + gamma/2 I_u of order m + d, given T as a list (docs/method.md,
// "Finding T and W"). Nothing here proves anything. There is no dense matrix of order m:
//   M = [ K  R ; R' U ],   s M + gamma/2 I_u > 0  iff  K > 0 and U + gamma / (2 s) I - R'K^-1 R > 0,
// K sparse (sparse_form.hpp), factorised or iterated with (sparse_solver.hpp). K has no positive entry off its
// diagonal: where only an incomplete factor is at hand, it is positive definite iff the solution of K v = 1 is
// positive.
#pragma once

#include <optional>
#include <vector>

#include "certificate/sparse_form.hpp"
#include "linalg/sparse_solver.hpp"
#include "linalg/team.hpp"

namespace burelu {

/// M = form M(T) + anchor M(T0) + M(-diag(tied)), the diagonal of its K times `spare`.
struct SlackMixture {
  double form = 1.0;
  double anchor = 0.0;       ///< 0: there is none
  std::vector<double> tied;  ///< m: taken off the tied pairs
  double spare = 1.0;
};

class SparseSlack {
 public:
  /// For rows X, a reference that is kept.
  SparseSlack(const Matrix& X, double gamma, double most_flops = SparseSolver::kMostFlops);

  /// T, and a T0 to mix it with: pairs that are not tied, and the tied ones.
  void set_form(const std::vector<Multiplier>& pairs, const std::vector<double>& tau);
  void set_anchor(const std::vector<Multiplier>& pairs, const std::vector<double>& tau);
  /// Least s > 0, about, with K + s I > 0 for the K of T, and the diagonal that it shows to be enough: max(s - 1/v, 0)
  /// for (K + s I) v = 1. Zero where K > 0. `s` is where to begin and receives what was found.
  std::vector<double> lacking(double& s);
  /// Mean of the diagonal of the K of T, by size.
  double mean_diagonal() const;
  /// The share of M that leaves N = share M + gamma/2 I_u > 0: 1, or about the largest; 0 where K > 0 does not hold.
  double factorise(const SlackMixture& mixture);
  /// Whether there is no complete factor.
  bool iterates() const { return !solver_->complete(); }
  /// Of a factorisation and of solves with so many columns, about.
  double flops(index_t columns) const;
  /// N^-1 Z for Z of (m + d) x k, after factorise() was positive. False where that was not so after all.
  bool solve(Matrix& Z);
  /// Z'N^-1 Z; its lower triangle (column-major) counts. May destroy Z.
  bool gram(Matrix& Z, Matrix& out);

 private:
  void mix(const SlackMixture& mixture);
  bool ones(double lift, std::vector<double>& v);
  bool eliminate(Matrix& rest);
  bool solve_with_ones(Matrix& H) const;
  bool forward(Matrix& a, Matrix& y) const;

  const Matrix& X_;
  double gamma_;
  double most_flops_;
  SparseForm form_;
  std::optional<SparseForm> anchor_;
  std::optional<SparseSolver> solver_;  // for the places of both
  Team team_ = Team::current();         // of its iterations
  SparseForm N_;                        // the mixture
  Matrix H_;                            // L^-1 R, K = L L', or K^-1 R where there is no complete factor
  std::vector<double> factor_;          // F of U + gamma / (2 share) I - R'K^-1 R = F F', d x d
  double share_ = 0.0;
};

}  // namespace burelu
