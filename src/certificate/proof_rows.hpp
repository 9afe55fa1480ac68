// The rows that a proof works on: one per line, brought near norm 1 by powers of two, in few coordinates.
//
// With more than twice as many features as lines, x_k = Q'l_k + rho_k for the m x m matrix L of a QR factorisation. Let
// z = Qu. Then |(x_k'u)_+ - (l_k'z)_+| <= ||rho_k|| ||u|| and ||z|| <= ||Q|| ||u||, whatever Q is. So what is proven
// for the rows of L holds for the data: mu_X(W) <= ||Q|| mu_L(W) + sum_k ||rho_k|| (||w+_k|| + ||w-_k||).
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/problem.hpp"

namespace burelu {

struct ProofRows {
  bool usable = false;           ///< false: malformed, or a representative is zero
  Matrix X;                      ///< m x d or m x m: rows near 2^-p_k x_k
  std::vector<int> power;        ///< p_k
  std::vector<double> residual;  ///< bounds on ||2^-p_k rho_k||; empty: the rows are exact
  double stretch = 1.0;          ///< bound on ||Q||, at least 1
};

/// 6 m^2 d flops where there are many features, once for all certificates over these lines.
ProofRows proof_rows(const Problem& problem, const std::vector<std::int32_t>& representatives);

}  // namespace burelu
