// The function whose maximum over the unit sphere must not pass gamma, for branch and bound:
// 1. Rows of one line are one kink, x_i = r x_k + e_i with r of either sign, paid for by sum ||w_i|| ||e_i||:
//      sum_i (x_i'u)_+ w_i  ~  L u + sum_k (x_k'u)_+ g_k,   g = w+ + w-, L = -sum_k w-_k x_k'.
// 2. u = B y on the range of B, max |y_j| = 1; what the range lacks of x_k is paid for by the norm of x_k - B z.
//    Norms of what rounding can do to the sum on the whole cube are `slack`: each term meets at most `roundings`.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "verify/files.hpp"

namespace burelu::verify {

inline constexpr std::size_t kMostFeatures = 16;
inline constexpr double kEps = 0x1p-52;  // twice the unit roundoff
using Vector = std::array<double, kMostFeatures>;
using Square = std::array<Vector, kMostFeatures>;

struct Sphere {
  std::size_t d = 0, c = 0, kinks = 0;
  std::vector<double> x, g;    // kinks x d, kinks x c
  std::vector<double> linear;  // c x d
  Square metric{};             // B'B
  double metric_error = 0.0;   // of y'(B'B)y, relative to the square of sum_j ||B_j|| |y_j|
  double slack = 0.0;
  double gamma = 0.0;   // what is left of it
  std::string problem;  // where there is none
};

Sphere make_sphere(const Data& data, const Claim& claim);

}  // namespace burelu::verify
