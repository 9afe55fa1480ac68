// The test of a cell, which proves ||Phi(y)|| <= t ||By|| on a box.
//
// e is a direction of Phi. For kinks whose sign is not known in the box, (x'y)_+ lies below a parabola and above
// theta x'y for any theta in [0, 1]: e'Phi l <= l (r + g'z) + l0 z'A z (seam/cell_formulas.hpp), with parabolas where
// e'g_k > 0 and slopes theta_k where e'g_k < 0. The slopes are chosen to flatten g in the box: at a maximum of h on
// kinks (where neurons of good networks sit) some slopes make its gradient zero, so the test is exact to second order
// there and cells need not be cut along kinks.
//
// Two ways to the norm. *Across*: e is the direction of Phi at the centre, the rest of Phi is linear up to an error E,
// and its square counts: exact to second order, so that small cells are proven. *Along*, for one and two outputs:
// ||Phi|| <= e'Phi / cos(angle) in a sector around e, one after the other; no error of what is across, so that large
// cells are, and halves have only those sectors to prove that are left.
#pragma once

#include <vector>

#include "branch/box.hpp"
#include "branch/frame.hpp"

namespace burelu {

struct CellVerdict {
  bool proven = false;
  double bound = 0.0;      ///< of ||Phi|| / ||By|| on the cell
  double value = 0.0;      ///< at the centre: a lower bound of the maximum
  std::uint64_t open = 0;  ///< directions of Phi that are left
  int axis = -1;           ///< to be halved where it is not proven
};

/// Flops of one test, about: `parent` kinks looked at, `open` left open.
inline double cell_work(index_t dims, index_t parent, index_t open) {
  const auto d = static_cast<double>(dims);
  return d * (4.0 * static_cast<double>(parent) + (d + 20.0) * static_cast<double>(open) + 4.0 * d * d) + 1000.0;
}

/// Tests cells of one problem; one for each thread.
class CellTest {
 public:
  explicit CellTest(const Kinks& kinks);

  /// Tests `box` inside the box of `parent`; `child` receives what it leaves open. 2 d flops for each kink of the
  /// parent, and some d (d + 20) for each that stays open.
  CellVerdict test(const Box& box, const Frame& parent, double threshold, Frame& child);

 private:
  double at_centre(const Frame& frame);
  double across(const Frame& frame, double threshold);
  int widest(const Frame& frame) const;
  // cell_sectors.cpp
  void along(const Frame& frame, double threshold, std::uint64_t& open);
  void along(const Frame& frame, double threshold, int first, int count, std::uint64_t& open);
  // cell_model.cpp
  void chords(const Frame& frame);
  void parabolas(const Frame& frame);
  double one_side(const Frame& frame, double threshold, const cell::Across& rest);
  void raise(const Frame& frame);
  void flatten(const Frame& frame, double threshold);
  void linearise(const Frame& frame);
  double project(const Frame& frame, const std::vector<double>& e);

  const Kinks& k_;
  index_t d_, c_;
  cell::Work work_;
  Values values_;
  std::vector<double> v_, reach_;         // d x count, count: v = x - s mu / l0, |v|'w
  std::vector<double> a0_, a1_, a2_;      // parabolas
  std::vector<double> weight_, k1_, k2_;  // e'g, and its products with them
  std::vector<double> kept_weight_;       // of the worst sector
  std::vector<double> rows_, theta_;      // kinks with e'g < 0, by rows
  std::vector<double> phi_, e_, along_;   // c
  std::vector<double> R_, G_;             // c, c x d
  double kept_ = 0.0, kept_score_[kMostDims];
  double slack_, E_ = 0.0;
};

}  // namespace burelu
