// Minimum degree: an order of elimination that keeps the Cholesky factor of a sparse symmetric matrix sparse.
// Quotient graph with element absorption and approximate degrees (Amestoy, Davis, Duff, SIAM J. Matrix Anal. Appl. 17,
// 1996), without supervariables. The neighbours of a row when it is eliminated are its column of the factor.
#pragma once

#include <cstdint>
#include <vector>

#include "linalg/sparse_symmetric.hpp"

namespace burelu {

struct Elimination {
  bool complete = false;                           ///< false: it would have taken more than `most_flops`
  std::vector<std::int32_t> order;                 ///< order[k] is eliminated k-th
  std::vector<std::vector<std::int32_t>> columns;  ///< of row k of the matrix: those eliminated later that it meets
  std::int32_t dense = 0;  ///< the last so many rows all but fill their block; their columns are not listed
  double flops = 0.0;      ///< of the factorisation, multiplications and additions
};

Elimination minimum_degree(const SparseSymmetric& pattern, double most_flops);

}  // namespace burelu
