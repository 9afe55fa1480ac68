// Curves above kinks on a box: (x'y)_+ <= c0 l / l0 + c1 v'z + c2 (v'z)^2 l0 / l of a curved place, with l0 = l(0),
// v = x - tilt (x'm) / l0; chords, c2 = 0 and v = x, of others.
//
// In the plane l = l0, where y goes to y l0 / l, the kink is (s + h)_+ with s = x'm, h = v'z l0 / l, |h| <= reach.
//   (s + h)_+ <= (s + h + M)^2 / (4 M)   for any M > 0, and touches at s + h = M and -M.
// M^2 = s^2 + (what h^2 is like on the box). Where the box ends before s + h = M, s < 0, a parabola is lower that is
// zero at some h = T <= -2 s - reach, T < 0, and meets the kink at h = reach: its slope there is at most one. Kinks
// with s > 0 are s + h + (-s - h)_+.
#pragma once

#include <vector>

#include "verify/box_form.hpp"

namespace burelu::verify {

struct Curves {
  std::vector<double> v;                  // kinks x d
  std::vector<double> c0, c1, c2, reach;  // of each; their relative rounding errors are below 16 units

  /// Of kinks x (count x d) with values s +- r on the box.
  void make(const Place& at, std::size_t d, const std::vector<double>& x, const std::vector<double>& s,
            const std::vector<double>& r);

 private:
  void chord(std::size_t i, double s, double r);
  void parabola(std::size_t i, double s, double variance);
};

}  // namespace burelu::verify
