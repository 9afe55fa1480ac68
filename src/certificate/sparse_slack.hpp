// What the repairs ask of the dual slack N = M(T) + gamma/2 I_u of order m + d, given T as a list (docs/method.md,
// "Finding T and W"). Nothing here proves anything. There is no dense matrix of order m:
//   N = [ K  R ; R' D ],   D = U + gamma/2 I,   N > 0  iff  K > 0 and D - R'K^-1 R > 0,
// K sparse (sparse_form.hpp), factorised or iterated with (sparse_solver.hpp). K has no positive entry off its
// diagonal: where only an incomplete factor is at hand, it is positive definite iff the solution of K v = 1 is
// positive.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "certificate/sparse_form.hpp"
#include "linalg/sparse_solver.hpp"

namespace burelu {

/// form M(T) + anchor M(T0) + M(-diag(tied)) + gamma/2 I_u, the diagonal times `spare`.
struct SlackMixture {
  double form = 1.0;
  double anchor = 0.0;       ///< 0: there is none
  std::vector<double> tied;  ///< m: an interior point on the tied pairs
  double spare = 1.0;
};

struct Curvature {
  std::vector<double> values;   ///< negative eigenvalues, ascending
  std::vector<double> vectors;  ///< of norm one, m + d entries for each value
};

class SparseSlack {
 public:
  /// For rows X, a reference that is kept.
  SparseSlack(const Matrix& X, double gamma, double most_flops = SparseSolver::kMostFlops);

  /// T, and a T0 to mix it with: pairs that are not tied, and the tied ones.
  void set_form(const std::vector<Multiplier>& pairs, const std::vector<double>& tau);
  void set_anchor(const std::vector<Multiplier>& pairs, const std::vector<double>& tau);
  /// False where the mixture is not positive definite.
  bool factorise(const SlackMixture& mixture) { return factorise(mixture, 0.0); }
  /// Of a factorisation and of solves with so many columns, about.
  double flops(index_t columns) const;
  /// N^-1 Z for Z of (m + d) x k, after factorise() was true. False where that was not so after all.
  bool solve(Matrix& Z);
  /// Z'N^-1 Z; its lower triangle (column-major) counts. May destroy Z.
  bool gram(Matrix& Z, Matrix& out);
  /// Negative eigenvalues of the mixture with their vectors, about; none where that fails. The factor is gone.
  Curvature negative_part(const SlackMixture& mixture);

 private:
  bool factorise(const SlackMixture& mixture, double lift);
  void mix(const SlackMixture& mixture, double lift);
  bool solve_with_ones(Matrix& H) const;
  bool forward(Matrix& a, Matrix& y) const;
  double positive_lift(const SlackMixture& mixture);

  const Matrix& X_;
  double gamma_;
  double most_flops_;
  SparseForm form_;
  std::optional<SparseForm> anchor_;
  std::unique_ptr<SparseSolver> solver_;  // for the places of both
  SparseForm N_;                          // the mixture, its U with gamma/2 I
  Matrix H_;                              // L^-1 R, K = L L', or K^-1 R where there is no complete factor
  std::vector<double> factor_;            // F of D - R'K^-1 R = F F', d x d
};

}  // namespace burelu
