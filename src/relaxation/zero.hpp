// The zero network: from which gamma on it is optimal, and the dual point that says so where gamma is well above.
#pragma once

#include <cstdint>
#include <vector>

#include "problem/presolve.hpp"

namespace burelu {

/// A lower estimate of mu(Y) = max over |u| = 1 of ||sum_i (x_i'u)_+ y_i||, the gamma from which on the zero network is
/// optimal, by ascent in presolved coordinates.
double zero_threshold(const Presolved& reduced, std::uint64_t seed);

/// 1/2 ||Y||^2, presolve's constant included.
double zero_objective(const Presolved& reduced);

/// Multipliers -t of the tied pairs, no others, that prove W = -Y for a gamma as small as ties can (zero_ties.cpp); in
/// proportion to gamma.
std::vector<double> zero_ties(const Presolved& reduced);

}  // namespace burelu
