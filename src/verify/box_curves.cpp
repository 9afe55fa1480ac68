#include "verify/box_curves.hpp"

#include <algorithm>
#include <cmath>

namespace burelu::verify {
namespace {

constexpr double kLike = 1.5;        // times the sum of squares of h's parts: h^2 is mostly below
constexpr double kNothing = 1e-140;  // its square is a number

}  // namespace

void Curves::make(const Place& at, std::size_t d, const std::vector<double>& x, const std::vector<double>& s,
                  const std::vector<double>& r) {
  const std::size_t n = s.size();
  for (auto* values : {&c0, &c1, &c2, &reach}) values->resize(n);
  if (!at.curved) {
    v.assign(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(n * d));
    for (std::size_t i = 0; i < n; ++i) chord(i, s[i], r[i]);
    return;
  }
  v.resize(n * d);
  const double stretch = at.length / at.least * (1.0 + 1e-12);
  for (std::size_t i = 0; i < n; ++i) {
    const double ratio = s[i] / at.length;
    double sum = 0.0, squares = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      const double own = x[i * d + j] - ratio * at.tilt[j];
      v[i * d + j] = own;
      sum += std::abs(own) * at.w[j];
      squares += own * own * at.w[j] * at.w[j];
    }
    reach[i] = sum * stretch;
    parabola(i, s[i], kLike * squares);
  }
}

void Curves::chord(std::size_t i, double s, double r) {
  c1[i] = (s + r) / (2.0 * r);
  c0[i] = c1[i] * r;
  c2[i] = 0.0;
  reach[i] = r;
}

void Curves::parabola(std::size_t i, double s, double variance) {
  const double end = reach[i];
  const double off = std::abs(s);
  const double M = std::sqrt(s * s + variance);
  c0[i] = c1[i] = c2[i] = 0.0;
  if (end > off && M > kNothing) {
    if (end < off + M) {
      const double T = std::min(-variance / end, 2.0 * off - end);
      c2[i] = (end - off) / ((end - T) * (end - T));
      c0[i] = c2[i] * T * T;
      c1[i] = -2.0 * c2[i] * T;
    } else {
      const double from = M - off;
      c2[i] = 0.25 / M;
      c0[i] = c2[i] * from * from;
      c1[i] = 2.0 * c2[i] * from;
    }
  } else if (end > off) {
    c0[i] = end;
  }
  if (s > 0.0) {
    c0[i] += s;
    c1[i] = 1.0 - c1[i];
  }
}

}  // namespace burelu::verify
