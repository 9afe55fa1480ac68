// Decisions of a cell's test that processor and device share: constants, sectors of directions, halves, its bound.
#pragma once

#include "seam/cells.hpp"

namespace burelu {

/// Cuts along coordinate `axis`; the upper half is returned.
inline Box halve(Box& box, int axis) {
  Box upper = box;
  box.high[axis] = upper.low[axis] = 0.5 * (box.low[axis] + box.high[axis]);
  return upper;
}

namespace cell {

inline constexpr int kFinest = 4;                 // halvings of an edge of the square of directions
inline constexpr int kArcs = 4 * (1 << kFinest);  // of two outputs
inline constexpr int kSweeps = 2;                 // of the slopes
inline constexpr double kHopeless = 2.0;          // times the rounding errors: what is missing is no matter of size
inline constexpr double kSmall = 0.1;             // of ||Bu||: roundings of wider boxes are those of ||By|| far off
inline constexpr double kThinnest = 0x1p-48;      // half a side that is not cut further: bounds stay exact
inline constexpr double kMostAcross = 0.7;        // of the threshold: with a larger error across e it is not tried
inline constexpr double kOnlyAcross = 0.15;       // of the threshold: with a smaller one sectors are not tried
inline constexpr double kBelow = 0.3;             // weight of kinks below their line: slopes make good for most of it
inline constexpr double kSlacks = 4.0;            // Phi's slack: of linear sums, of v, of the sums of a test
inline constexpr double kRefine = 2.0;  // times what a narrower sector gains at least: halves are tried where that may
                                        // prove
inline constexpr double kHigh = 0.9;    // of the threshold: lower centres are no candidates

/// Arcs [first, first + count) of two outputs: the middle of their directions and the cosine of the angle from there
/// to their ends, from below. count is a power of two that divides first, at most an edge.
struct Sector {
  double x, y;
  double cosine;
};

BURELU_HOST_DEVICE inline Sector sector(int first, int count) {
  constexpr int kEdge = 1 << kFinest;
  const int edge = first / kEdge;
  const double low = 2.0 * (first % kEdge) / kEdge - 1.0;  // exact
  const double high = 2.0 * (first % kEdge + count) / kEdge - 1.0;
  const double middle = 0.5 * (low + high);
  const double size = sqrt(1.0 + middle * middle);
  const double to_low = (1.0 + middle * low) / (size * sqrt(1.0 + low * low));
  const double to_high = (1.0 + middle * high) / (size * sqrt(1.0 + high * high));
  const double cosine = (to_low < to_high ? to_low : to_high) * (1.0 - 1e-12);
  const double side = (edge % 2 == 0 ? 1.0 : -1.0) / size;
  return edge < 2 ? Sector{side, middle / size, cosine} : Sector{middle / size, side, cosine};
}

/// Of By on the box: the shortest, or the longest where the shortest may be zero.
BURELU_HOST_DEVICE inline double length(const Work& k) { return k.curved ? k.least : k.span; }

/// Halves of the box would not do better.
BURELU_HOST_DEVICE inline bool hopeless(const Work& k, double q) {
  return q <= kHopeless * k.noise && k.reach <= kSmall * k.l0;
}

/// h is at most this where the form exceeds by q; infinity for NaN.
BURELU_HOST_DEVICE inline double above(const Work& k, double t, double q) {
  if (q <= 0.0) return t;
  if (!(q < HUGE_VAL && k.least_norm > 0.0)) return HUGE_VAL;
  const double over = q / (k.least_norm * (k.curved ? k.least : k.least_norm));
  return (k.curved ? t + over : sqrt(t * t + over)) * kWider;
}

}  // namespace cell
}  // namespace burelu
