// The linear programme behind every cut: the cheapest way to write x_k as a conic combination of other rows,
//   min sum_j c_j w_j   s.t.   sum_j c_j y_j = x_k,  c >= 0,   columns y = x_j (form j) and -x_j (form m + j), j != k.
// Any d independent rows give a feasible vertex once each column has the sign of its coordinate, so no first phase is
// needed; d rows and 2(m - 1) columns suit a dense primal simplex with an explicit inverse of the basis. For a fixed k
// only the costs change from call to call, and the last optimal basis stays feasible: warm starts take a few pivots.
#pragma once

#include <vector>

#include "burelu/certificate.hpp"

namespace burelu {

class ConicProgram {
 public:
  /// Rows of X (m x d, kept by reference). `basis` = d independent rows other than k, see independent_rows().
  ConicProgram(const Matrix& X, index_t k, const std::vector<index_t>& basis);

  /// The other rows span x_k and the basis is regular: else there is no cut.
  bool usable() const { return usable_; }

  /// Least cost for weights w >= 0 of the 2m forms; infinite weights keep a form out unless it is in the first basis.
  /// Stops early after a generous number of pivots: the vertex is feasible all the same.
  double minimise(const double* w);

  /// The vertex of the last call (at first: the basis given); coefficients that are zero are left out.
  Cut cut() const;

 private:
  bool refactorise();
  bool pivot(const double* w);

  const Matrix& X_;
  index_t m_, d_, k_;
  std::vector<std::int32_t> form_;  // d columns of the basis
  std::vector<double> inverse_;     // row i: coordinates of column i, d x d
  std::vector<double> value_;       // c of the basis, >= 0
  std::vector<double> price_, column_;
  int updates_ = 0;  // since the inverse was computed afresh
  bool usable_ = false;
};

/// d independent rows of X without row k, chosen greedily by what is left of their unit directions (pivoted
/// Gram-Schmidt). Fewer than d where the others do not span the space.
std::vector<index_t> independent_rows(const Matrix& X, index_t k);

}  // namespace burelu
