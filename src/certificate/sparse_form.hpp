// The quadratic form of the multipliers, by its blocks in (a, u).
//
// Forms f_k = a_k (k < m) and f_{m+k} = b_k = a_k - x_k'u are nonnegative on every neuron, so -sum T(i,j) f_i f_j <= 0
// there. M(T) is the matrix of that form, x'M(T)x = -sum_{i>j} T(i,j) f_i f_j - 1/2 sum_i T(i,i) f_i^2, x = (a, u).
// With T1, T2, T3 of the pairs aa, ab, bb:
//   M(T) = [ K   R ]    K = -1/2 (T1 + T2 + T2' + T3) sparse, m x m,   R = 1/2 (T2 + T3) X   m x d,
//          [ R'  U ]    U = -1/2 X'T3 X   d x d.
// T >= 0 off the tied pairs, so K has no positive entry off its diagonal.
#pragma once

#include <span>
#include <vector>

#include "burelu/certificate.hpp"
#include "linalg/sparse_symmetric.hpp"

namespace burelu {

struct SparseForm {
  SparseSymmetric K;
  Matrix R;
  Matrix U;
};

/// For the rows X (m x d) and pairs i >= j. Work: one axpy of length d for each b of a pair, and X'(T3
/// X).
SparseForm sparse_form(const Matrix& X, std::span<const Multiplier> pairs);

/// The same sums with every term replaced by its size: what roundings are relative to.
SparseForm sparse_form_magnitude(const Matrix& X, std::span<const Multiplier> pairs);

}  // namespace burelu
