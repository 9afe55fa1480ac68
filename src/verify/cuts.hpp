// Cone cuts in the proof (docs/method.md, "Cone cuts"): the form s = sum_j c_j f_j - a_k of x_k = sum_j c_j y_j + e is
// at least -||e|| ||u|| on every neuron, and at most (sum_j c_j ||x_j|| + ||x_k||) ||u|| in size.
#pragma once

#include <vector>

#include "verify/files.hpp"
#include "verify/interval.hpp"

namespace burelu::verify {

/// coefficient f_i f_j, i >= j, of forms below 2m.
struct Monomial {
  std::size_t i = 0;
  std::size_t j = 0;
  Interval coefficient;
};

/// sum_{i>j} T f_i f_j + 1/2 sum_i T f_i^2 over the pairs that hold a cut, as a polynomial in the other forms.
std::vector<Monomial> substitute_cuts(const Claim& claim);

/// delta >= 0 such that the pairs with cuts sum to at least -delta ||u||^2 on every neuron u of the rows x_k: each cut
/// is short of its sign by the norm of the residual e.
double shortfall_above(const Table& rows, const Claim& claim);

/// Upper bound of the Euclidean norm. Overflow makes infinity, and underflow is covered by `up`'s absolute term where
/// squares below 2^-1060 matter: entries below 1e-150 count as 1e-150.
double norm_above(const double* x, std::size_t size);

}  // namespace burelu::verify
