// The dual slack without a dense matrix of order m:
//   N = [ K  R ; R' D ],   D = U + gamma/2 I,   N > 0  iff  K > 0 and D - R'K^-1 R > 0,
// K sparse (sparse_form.hpp), factorised or iterated with (sparse_solver.hpp). K has no positive entry off its
// diagonal: where only an incomplete factor is at hand, it is positive definite iff the solution of K v = 1 is
// positive.
#pragma once

#include <memory>
#include <optional>

#include "certificate/dual_slack.hpp"
#include "certificate/sparse_form.hpp"
#include "linalg/sparse_solver.hpp"

namespace burelu {

class SparseSlack final : public DualSlack {
 public:
  /// For rows X, a reference that is kept.
  SparseSlack(const Matrix& X, double gamma, double most_flops = SparseSolver::kMostFlops);

  void set_form(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) override;
  void set_anchor(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) override;
  bool factorise(const SlackMixture& mixture) override { return factorise(mixture, 0.0); }
  bool solve(Matrix& Z) override;
  bool gram(Matrix& Z, Matrix& out) override;
  Curvature negative_part(const SlackMixture& mixture) override;

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
