// One sector of directions e of Phi after the other: ||Phi|| <= e'Phi / cos(angle) around e.
#include <algorithm>
#include <cmath>
#include <limits>

#include "branch/cell.hpp"

namespace burelu {
namespace {

std::uint64_t arcs(int first, int count) { return ((std::uint64_t{1} << count) - 1) << first; }

}  // namespace

void CellTest::along(const Frame& f, double t, std::uint64_t& open) {
  if (c_ == 1) {
    for (int sign = 0; sign < 2; ++sign) along(f, t, sign, 1, open);
    return;
  }
  constexpr int kEdge = cell::kArcs / 4;
  for (int first = 0; first < cell::kArcs; first += kEdge) along(f, t, first, kEdge, open);
}

// `open` loses what is proven; the largest form of what is not is kept, with its scores.
void CellTest::along(const Frame& f, double t, int first, int count, std::uint64_t& open) {
  if ((open & arcs(first, count)) == 0) return;
  const cell::Sector s = c_ == 1 ? cell::Sector{first == 0 ? 1.0 : -1.0, 0.0, 1.0} : cell::sector(first, count);
  e_[0] = s.x;
  if (c_ == 2) e_[1] = s.y;
  std::fill_n(work_.score, d_, 0.0);
  double q = one_side(f, t * s.cosine, {}) / (work_.curved ? s.cosine : s.cosine * s.cosine);
  if (std::isnan(q)) q = std::numeric_limits<double>::infinity();
  if (q <= 0.0) {
    open &= ~arcs(first, count);
    return;
  }
  if (count > 1) {
    const int half = count / 2;
    const double finer = cell::sector(first, half).cosine;
    const double gain = (work_.curved ? 1.0 : 2.0 * t) * t * work_.l0 * work_.l0 * (finer - s.cosine);
    if (q < cell::kRefine * gain) {
      along(f, t, first, half, open);
      along(f, t, first + half, half, open);
      return;
    }
  }
  if (q <= kept_) return;
  kept_ = q;
  weight_.swap(kept_weight_);
  std::copy_n(work_.score, d_, kept_score_);
}

}  // namespace burelu
