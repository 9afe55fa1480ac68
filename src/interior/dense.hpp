// Small dense linear algebra of the interior-point method.
#pragma once

#include "burelu/matrix.hpp"

namespace burelu::interior {

/// <a, b>.
double inner(const Matrix& a, const Matrix& b);

/// to += scale from.
void add(Matrix& to, double scale, const Matrix& from);

/// Inverse of a symmetric positive definite matrix; empty where it is not.
Matrix inverse(Matrix a);

/// Largest step t with A + t D >= 0, for A > 0 and symmetric D; `most` where it is longer, 0 where A is not positive
/// definite.
double step_to_boundary(Matrix A, Matrix D, double most);

}  // namespace burelu::interior
