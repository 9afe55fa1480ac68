// The last step of a box's proof: a quadratic is nowhere positive on it.
#pragma once

#include "verify/sphere.hpp"

namespace burelu::verify {

/// y = m + z, |z_j| <= w_j, with what of y'(B'B)y does not depend on kinks. The linear l(z) = length + tilt'z is the
/// tangent of ||By||, so below it.
struct Place {
  Vector m{}, w{};
  Vector Mm{};                     // B'B m
  double square = 0.0;             // m'B'B m
  double length = 0.0;             // its root
  Vector tilt{};                   // Mm / length
  double least = 0.0, most = 0.0;  // l on the box
  double turn = 0.0;               // >= ||By||^2 - l^2 on it
  bool curved = false;             // l is positive on it and not far below ||By||
};
Place place(const Sphere& sphere, const Vector& low, const Vector& high);

/// e'Phi <= r + g'z, and the rest of Phi is R + G z up to E; no R and G where the rest does not count.
/// Of a curved place: e'Phi l <= l (r + g'z) + length z'A z, with `mass` the sum of all |terms| of curves.
struct Model {
  double r = 0.0;
  Vector g{};
  Square A{};
  double mass = 0.0;
  std::size_t kinks = 0;
  std::vector<double> R, G;
  double E = 0.0;
};

/// Whether q(z) <= 0 on the box, by a concave quadratic above q and its tangent:
///   q = (r + g'z)^2 + (||R + G z|| + E)^2 - t^2 ||B (m + z)||^2, or of a curved place
///   q = l (r + g'z) + length z'A z + (||R + G z|| + E)^2 / (t (1 + (1 - s^2)^1/2)) - t l ||B (m + z)||,
/// s the largest (||R + G z|| + E) / (t l): a^2 + b^2 <= T^2 where a <= T - b^2 / (T (1 + (1 - b^2 / T^2)^1/2)).
/// The shares of the axes in what is missing are added; `excess` is what it is.
bool nowhere_positive(const Sphere& sphere, const Place& at, const Model& model, double t, Vector& share,
                      double& excess);

}  // namespace burelu::verify
