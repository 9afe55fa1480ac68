// The formulas of one entry of the interaction pass, shared by all backends; loops and reductions are not shared.
#pragma once

#include <cmath>

#include "seam/host_device.hpp"

namespace burelu::entry {

inline constexpr double kPi = 3.14159265358979323846;
inline constexpr double kWeightFloor = 1e-3;  // of the mean kernel; 1e-2 is slower, 1e-4 fragile

/// Arc-cosine kernel of order one for unit vectors with inner product `cosine`: E (x'u)_+ (y'u)_+ up to a factor.
BURELU_FORMULA double arc_cosine_kernel(double cosine) {
  const double c = cosine < -1.0 ? -1.0 : (cosine > 1.0 ? 1.0 : cosine);
  const double angle = std::acos(c);
  return (std::sqrt(1.0 - c * c) + (kPi - angle) * c) / kPi;
}

/// Penalty weight of a pair from its kernel value and the mean kernel: 1 / (natural size of the product).
BURELU_FORMULA double weight(double kernel, double mean) {
  const double floor = kWeightFloor * mean;
  return mean / (kernel > floor ? kernel : floor);
}

/// Multipliers are stored divided by their weight, T' = T / w: the hinge needs no weight, and where it is zero none is
/// read. (T - sigma w S)_+ = w (T' - sigma S)_+.
BURELU_FORMULA double hinge(double scaled_multiplier, double sigma, double product) {
  const double h = scaled_multiplier - sigma * product;
  return h > 0.0 ? h : 0.0;
}

/// Sums over the pairs of rows of F in an update of the multipliers.
struct UpdateSums {
  double penalty = 0.0;    ///< w h^2
  double change = 0.0;     ///< w (h - T')^2
  double restart = 0.0;    ///< w (h - T') (h - T'+_previous)
  double mass = 0.0;       ///< w S^2
  double shortfall = 0.0;  ///< w h (-S)_+
  double lowest = 0.0;     ///< max (-S)_+
  double largest = 0.0;    ///< max S of the diagonal
};

/// `times`: ordered pairs for each that `from` counted.
BURELU_FORMULA void add(UpdateSums& to, const UpdateSums& from, double times = 1.0) {
  to.penalty += times * from.penalty;
  to.change += times * from.change;
  to.restart += times * from.restart;
  to.mass += times * from.mass;
  to.shortfall += times * from.shortfall;
  to.lowest = from.lowest > to.lowest ? from.lowest : to.lowest;
  to.largest = from.largest > to.largest ? from.largest : to.largest;
}

/// One entry of an update: the new T'+ = h, counted `times`. `multiplier` T' (not that of a tied pair), `before` the
/// T'+ of the last update, `product` S, `w` the weight with row importance.
BURELU_FORMULA double update(double multiplier, double before, double product, double w, double sigma, double times,
                             UpdateSums& sums) {
  const double h = hinge(multiplier, sigma, product);
  const double step = h - multiplier;
  const double weight = times * w;
  sums.penalty += weight * h * h;
  sums.change += weight * step * step;
  sums.restart += weight * step * (h - before);
  sums.mass += weight * product * product;
  sums.shortfall += product < 0.0 ? weight * h * -product : 0.0;
  sums.lowest = -product > sums.lowest ? -product : sums.lowest;
  return h;
}

/// (T'+ + beta (T'+ - T'+_previous))_+.
BURELU_FORMULA double extrapolated(double now, double before, double beta) {
  const double ahead = now + beta * (now - before);
  return ahead > 0.0 ? ahead : 0.0;
}

}  // namespace burelu::entry
