// The kinks whose sign a box leaves open and the linear sum of all others: what its halves begin with.
#pragma once

#include <cstdint>
#include <vector>

#include "branch/kinks.hpp"

namespace burelu {

struct Frame {
  index_t count = 0;
  std::vector<double> x;       ///< d x count
  std::vector<double> g;       ///< c x count
  std::vector<double> linear;  ///< c x d
};

/// x'y of the kinks at a box's centre, and how far it reaches from there.
struct Values {
  std::vector<double> centre, radius;
  std::vector<std::int32_t> open;
};

/// All kinks open.
Frame root_frame(const Kinks& kinks);

/// What is open of `parent` on the box u + z, |z_j| <= w_j, with its values: 2 d flops for each kink of the parent.
void narrow(const Kinks& kinks, const double* u, const double* w, const Frame& parent, Frame& child, Values& values);

}  // namespace burelu
