// A change of variables u = K u~ that gives all directions of the rows X a like effect: the columns of XK are near
// orthonormal, up to one factor.
#pragma once

#include "burelu/matrix.hpp"

namespace burelu {

struct Preconditioner {
  Matrix K;           ///< d x d
  Matrix inverse;     ///< K^-1
  double mean = 0.0;  ///< ||X||^2 / d: the square of the singular values of XK
};

/// Conditioning shift eps of K relative to the largest eigenvalue of X'X; 1e-3 .. 1e-10 make no difference.
inline constexpr double kConditioning = 1e-6;

/// K = (X'X + eps lmax I)^(-1/2) times the root of the mean eigenvalue, symmetric, where the norms of the columns of X
/// are within a factor of 1000. Where they are not, X'X has lost the small ones: with D^2 = diag(X'X) + gamma I, K ~
/// D^-1 (D^-1 (X'X + gamma I) D^-1 + eps I)^(-1/2), which sees every column that can weigh against gamma. Throws
/// `DataError` where the eigenvalues cannot be computed.
Preconditioner preconditioner(const Matrix& X, double gamma);

}  // namespace burelu
