// Local maxima of h = ||Phi(y)|| / ||By||.
//
// h is convex along rays' cross sections, so y <- M^-1 grad ||Phi|| never lowers it; but good maxima lie on kinks
// x_i'y = 0 with e'g_i < 0, where that steps from side to side. So the nearest such kinks are held at zero, one more at
// a time, and the ascent goes on in what is left. Not so with thousands of kinks.
#pragma once

#include <vector>

#include "branch/kinks.hpp"

namespace burelu {

class Ascent {
 public:
  explicit Ascent(const Kinks& kinks);

  /// Raises h from y; returns it. y is scaled to max |y_j| = 1.
  double climb(std::vector<double>& y, int steps = 30);

 private:
  double evaluate(const std::vector<double>& v);  // v = L'y, ||v|| = 1; fills direction_, gradient_, side_
  double climb_within(std::vector<double>& v, const std::vector<std::vector<double>>& fixed, int steps);

  index_t m_, d_, c_;
  std::vector<double> x_;       // d x m: rows in coordinates v, where ||By|| = ||v||
  std::vector<double> length_;  // m
  std::vector<double> linear_;  // c x d
  const Kinks& k_;
  std::vector<double> L_;  // metric = L L'
  std::vector<double> side_, weight_, gradient_;
};

}  // namespace burelu
