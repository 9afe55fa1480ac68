// A cell is a box on a face of the cube max |y_j| = 1; its test proves ||Phi(y)|| <= t ||By|| on all of it.
//
// The model. e is the direction of Phi at the centre. For kinks whose sign is not known in the cell, (x'y)_+ lies below
// its chord and above theta x'y for any theta in [0, 1]. So e'Phi(y) <= g'y with chords where e'g_k > 0 and slopes
// theta_k where e'g_k < 0, and the rest of Phi is linear up to an error E. Proven where
//   (g'y)^2 + (||G y|| + E)^2 - t^2 y'My <= 0     on the box,
// a quadratic whose maximum over the box a concave majorant bounds. The slopes are chosen to flatten g in the box: at a
// maximum of h on kinks (where neurons of good networks sit) some slopes make its gradient zero, so the test is exact
// to second order there and cells need not be cut along kinks.
#pragma once

#include <cstdint>
#include <vector>

#include "branch/kinks.hpp"

namespace burelu {

inline constexpr int kMostDims = 16;

/// Bounds are dyadic numbers: halves of a box cover it exactly.
struct Box {
  double low[kMostDims];
  double high[kMostDims];
  double bound;  ///< proven for ||Phi|| / ||By|| on it; infinity where nothing is known
};

/// The kinks whose sign a box leaves open and the linear sum of all others: what its halves begin with.
struct Frame {
  index_t count = 0;
  index_t stride = 0;
  std::vector<double> x;       // d x count
  std::vector<double> g;       // c x count
  std::vector<double> linear;  // c x d
};

struct CellVerdict {
  bool proven = false;
  double bound = 0.0;  ///< of ||Phi|| / ||By|| on the box
  double value = 0.0;  ///< at the centre: a lower bound of the maximum
  int axis = -1;       ///< to be halved where it is not proven
};

/// Tests cells of one problem; one for each thread.
class CellTest {
 public:
  explicit CellTest(const Kinks& kinks);

  /// All kinks open.
  void root(Frame& frame) const;

  /// Tests `box` inside the box of `parent`; `child` receives what it leaves open. 2 d flops for each kink of the
  /// parent, and some 10 d (c + 5) for each that stays open.
  CellVerdict test(const Box& box, const Frame& parent, double threshold, Frame& child);

 private:
  void classify(const Box& box, const Frame& parent, Frame& child);
  double at_centre(const Frame& frame);
  void model(const Frame& frame);
  void flatten(const Frame& frame, double threshold);
  double quadratic(double threshold, double r, const double* g);
  int widest(const Frame& frame) const;

  const Kinks& k_;
  index_t d_, c_;
  double u_[kMostDims], w_[kMostDims], Mu_[kMostDims];
  double uu_ = 0.0, norm_ = 0.0, least_norm_ = 0.0;
  std::vector<double> s_, r_;  // x'y at the centre, and its radius
  std::vector<double> lambda_, p_, theta_, half_;
  std::vector<std::int32_t> open_;
  std::vector<double> phi_, e_, R_, G_;  // c, c, c, c x d
  double r_e_ = 0.0, g_[kMostDims];      // e'Phi <= r_e + g'z, z = y - centre
  double low_r_ = 0.0, low_g_[kMostDims];
  double E_ = 0.0;
  double noise_ = 0.0;  // what rounding puts on the quadratic
  double score_[kMostDims];
};

}  // namespace burelu
