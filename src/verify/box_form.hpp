// The last step of a box's proof: a quadratic is nowhere positive on it.
#pragma once

#include "verify/sphere.hpp"

namespace burelu::verify {

/// y = m + z, |z_j| <= w_j, with what of y'(B'B)y does not depend on kinks.
struct Place {
  Vector m{}, w{};
  Vector Mm{};          // B'B m
  double square = 0.0;  // m'B'B m
  double length = 0.0;  // its root
};
Place place(const Sphere& sphere, const Vector& low, const Vector& high);

/// e'Phi <= r + g'z, and the rest of Phi is R + G z up to E; no R and G where the rest does not count.
struct Model {
  double r = 0.0;
  Vector g{};
  std::vector<double> R, G;
  double E = 0.0;
};

/// Whether q(z) = (r + g'z)^2 + (||R + G z|| + E)^2 - t^2 ||B (m + z)||^2 <= 0 on the box, by a concave quadratic above
/// q and its tangent. The shares of the axes in what is missing are added; `excess` is what it is.
bool nowhere_positive(const Sphere& sphere, const Place& at, const Model& model, double t, Vector& share,
                      double& excess);

}  // namespace burelu::verify
