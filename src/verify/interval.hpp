// Intervals with outward rounding: [low, high] holds the exact value of everything computed so far.
//
// In round-to-nearest |fl(z) - z| <= 2^-53 |fl(z)| + 2^-1075, so widening by 2^-51 |fl(z)| + 2^-1060 is outward, its
// own rounding included. No branches: loops over intervals vectorise. Infinities and NaN make NaN, which no test
// accepts.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace burelu::verify {

inline double down(double x) { return x - (std::abs(x) * 0x1p-51 + 0x1p-1060); }
inline double up(double x) { return x + (std::abs(x) * 0x1p-51 + 0x1p-1060); }

struct Interval {
  double low = 0.0;
  double high = 0.0;

  Interval() = default;
  Interval(double value) : low(value), high(value) {}  // NOLINT(google-explicit-constructor): a number is an interval
  Interval(double l, double h) : low(l), high(h) {}

  double magnitude() const { return std::max(std::abs(low), std::abs(high)); }
};

inline Interval operator+(Interval a, Interval b) { return {down(a.low + b.low), up(a.high + b.high)}; }
inline Interval operator-(Interval a, Interval b) { return {down(a.low - b.high), up(a.high - b.low)}; }
inline Interval operator-(Interval a) { return {-a.high, -a.low}; }
inline Interval operator*(Interval a, Interval b) {
  const double p = a.low * b.low;
  const double q = a.low * b.high;
  const double r = a.high * b.low;
  const double s = a.high * b.high;
  return {down(std::min(std::min(p, q), std::min(r, s))), up(std::max(std::max(p, q), std::max(r, s)))};
}
/// 1/2 a. Exact but where an odd subnormal is halved: what that loses may meet a large factor later.
inline Interval halved(Interval a) {
  const double low = 0.5 * a.low;
  const double high = 0.5 * a.high;
  return {low + low == a.low ? low : down(low), high + high == a.high ? high : up(high)};
}
/// Upper bound of the Euclidean norm. Overflow makes infinity, and underflow is covered by `up`'s absolute term where
/// squares below 2^-1060 matter: entries below 1e-150 count as 1e-150.
inline double norm_above(const double* x, std::size_t size) {
  double sum = 0.0;
  for (std::size_t j = 0; j < size; ++j) {
    const double entry = x[j] == 0.0 ? 0.0 : std::max(std::abs(x[j]), 1e-150);
    if (entry != 0.0) sum = up(sum + up(entry * entry));
  }
  return sum == 0.0 ? 0.0 : up(std::sqrt(sum));
}

inline Interval& operator+=(Interval& a, Interval b) { return a = a + b; }
inline Interval& operator-=(Interval& a, Interval b) { return a = a - b; }

}  // namespace burelu::verify
