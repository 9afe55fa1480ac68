// Output weights for given unit directions of neurons: the group lasso
//   minimise 1/2 ||H V - Y||^2 + gamma sum_k ||v_k||,    H_ik = (x_i'u_k)_+, rows v_k of V.
#pragma once

#include <functional>

#include "burelu/matrix.hpp"

namespace burelu {

/// gram = H'H (K x K), right = H'Y (K x c); V (K x c) is where it starts and ends. Coordinate descent finds the
/// support, Newton's method on it the digits. Returns the largest violation of the optimality conditions over gamma.
/// `stop`, where it is not empty, is asked before each factorisation.
double fit_weights(const Matrix& gram, const Matrix& right, double gamma, Matrix& V,
                   const std::function<bool()>& stop = {});

}  // namespace burelu
