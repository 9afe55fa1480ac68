// The proof of one box: || sum (x'y)_+ g + L y || <= gamma ||B y|| for every y in it.
//
// e'Phi from above: curves (box_curves.hpp) above the kinks that help e, lines s (x'y), 0 <= s <= 1, below those that
// hinder it. *Across*: e = Phi(m) / ||Phi(m)||, and the rest of Phi is R + G z up to E; where e'Phi may be negative,
// the same for -e. *Along*, for at most two outputs: ||Phi|| <= e'Phi / cos(angle) for Phi in a cone around e, one cone
// after the other; the cones that are left are those of the halves.
#pragma once

#include <cstdint>

#include "verify/box_curves.hpp"
#include "verify/box_form.hpp"

namespace burelu::verify {

struct Box {
  Vector low{}, high{};
  std::uint64_t cones = ~std::uint64_t{0};  // of two outputs; of one, bits 0 and 1 are its signs
};

/// Kinks whose sign is open, and the sum of the others.
struct Open {
  std::vector<double> x, g, linear;
  std::size_t count = 0;
};

class BoxProof {
 public:
  explicit BoxProof(const Sphere& sphere);

  /// `open` receives what the box leaves open of `parent`, and the box loses the cones that are proven.
  enum class Outcome { proven, violated, open };
  Outcome test(Box& box, const Open& parent, Open& open);
  /// Where a box that stays open is halved; the number of features where it is too small for that.
  std::size_t axis() const;

 private:
  void narrow(const Open& parent, Open& open);
  double at_centre(const Open& open, std::vector<double>& phi) const;
  bool across(const Open& open, const std::vector<double>& e);
  bool signs(const Open& open, std::uint64_t& cones);
  bool along(const Open& open, std::size_t first, std::size_t count, std::uint64_t& cones);
  bool below(const Open& open, const std::vector<double>& e, double t, Model& model, double* least);
  void add_curves(std::size_t d, Model& model) const;
  void add_lines(const Open& open, double t, Model& model);

  const Sphere& s_;
  Place at_;
  Curves curves_;
  Vector share_{};
  double excess_ = 0.0;
  std::vector<std::size_t> kept_;
  std::vector<double> centre_, radius_, p_, slope_;
  std::vector<std::array<double, 2>> corners_;  // of the cones, counterclockwise
};

}  // namespace burelu::verify
