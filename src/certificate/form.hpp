// The quadratic form of the multipliers, as a matrix in (a, u).
//
// Forms f_k = a_k (k < m) and f_{m+k} = b_k = a_k - x_k'u are nonnegative on every neuron, so -sum T(i,j) f_i f_j <= 0
// there. M(T) is the matrix of that form, x'M(T)x = -sum_{i>j} T(i,j) f_i f_j - 1/2 sum_i T(i,i) f_i^2, x = (a, u):
//   M(T) = [ -1/2 (T1 + T2 + T2' + T3)   1/2 (T2 + T3) X ]      T1, T2, T3: pairs aa, ab, bb
//          [            .               -1/2 X'T3 X      ]
// Products with cuts are written out in those of a and b (cut_expansion.hpp).
// Matrices are column-major lower triangles of order m + d.
#pragma once

#include <span>
#include <vector>

#include "burelu/certificate.hpp"

namespace burelu {

/// A pair by the rows it couples: f_i f_j with i, j < m after the sides are split off.
struct PairIndex {
  index_t i, j;         // rows of X
  bool i_is_b, j_is_b;  // which form of each
};

inline PairIndex split(const Multiplier& pair, index_t m) {
  const bool i_is_b = pair.i >= m;
  const bool j_is_b = pair.j >= m;
  return {i_is_b ? pair.i - m : pair.i, j_is_b ? pair.j - m : pair.j, i_is_b, j_is_b};
}

/// Accumulates M(T) for the rows X (m x d, row-major).
class FormMatrix {
 public:
  /// References are kept. Pairs may use the cuts there are when they are added.
  explicit FormMatrix(const Matrix& X, const std::vector<Cut>* cuts = nullptr);

  /// M <- 0.
  void clear();
  /// M += M(T) for these pairs. `finish` completes the block of u.
  void add(std::span<const Multiplier> pairs);
  /// The tied pairs alone: value[k] of (b_k, a_k).
  void add_tied(std::span<const double> values);
  /// Adds -1/2 X'T3X, once, after all pairs.
  void finish();

  index_t order() const { return order_; }
  std::vector<double>& lower() { return lower_; }
  const std::vector<double>& lower() const { return lower_; }

 private:
  void add(const Multiplier& pair);

  const Matrix* X_;
  const std::vector<Cut>* cuts_;
  index_t order_;
  std::vector<double> lower_;
  std::vector<double> half_T3X_;  // 1/2 T3 X, m x d
};

}  // namespace burelu
