// Coordinates in the row space of a wide matrix: X = L Q with orthonormal rows of Q, by Householder reflections.
//
// Everything that a network of the rows of X can do it can do in these coordinates: u = Q'z gives Xu = Lz, ||u|| =
// ||z||, and a part of u beyond the row space only costs.
#pragma once

#include <cstdint>

#include "burelu/matrix.hpp"
#include "linalg/stop.hpp"

namespace burelu {

struct RowSpace {
  Matrix L;  ///< n x n, lower triangle
  Matrix Q;  ///< n x d
};

/// For n <= d. 4 n^2 d flops in two steps, in the memory of X; without Q where `stop`, which may be null, is due
/// between them. Throws `DataError` where LAPACK fails.
RowSpace row_space(Matrix X, const Stop* stop = nullptr);

/// Q'Z, d x k: back to the coordinates of X.
Matrix from_row_space(const Matrix& Q, const Matrix& Z);

/// QU, n x k.
Matrix into_row_space(const Matrix& Q, const Matrix& U);

}  // namespace burelu
