// Curves lie above their kinks all over the box, and touch them somewhere.
#include "verify/box_curves.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace burelu::verify {
namespace {

Sphere random_sphere(std::size_t d, std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  Sphere out;
  out.d = d;
  out.c = 1;
  Square B{};
  for (std::size_t a = 0; a < d; ++a)
    for (std::size_t b = 0; b < d; ++b) B[a][b] = 0.3 * normal(engine) + (a == b ? 1.0 : 0.0);
  for (std::size_t a = 0; a < d; ++a)
    for (std::size_t b = 0; b < d; ++b)
      for (std::size_t j = 0; j < d; ++j) out.metric[a][b] += B[j][a] * B[j][b];
  return out;
}

TEST(Curves, LieAboveTheirKinks) {
  std::mt19937_64 engine(5);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  int curved = 0;
  for (int round = 0; round < 400; ++round) {
    const std::size_t d = 2 + static_cast<std::size_t>(round) % 4;
    const Sphere sphere = random_sphere(d, engine);
    const double size = std::pow(2.0, -round % 9);
    Vector low{}, high{};
    for (std::size_t j = 0; j < d; ++j) {
      const double middle = uniform(engine);
      low[j] = std::max(middle - size, -1.0);
      high[j] = std::min(middle + size, 1.0);
    }
    low[0] = high[0] = 1.0;
    const Place at = place(sphere, low, high);
    curved += at.curved ? 1 : 0;
    std::vector<double> x(d), s(1, 0.0), r(1, 0.0);
    for (std::size_t j = 0; j < d; ++j) {
      x[j] = uniform(engine);
      s[0] += x[j] * at.m[j];
      r[0] += std::abs(x[j]) * at.w[j];
    }
    if (!(std::abs(s[0]) < r[0])) continue;
    Curves curves;
    curves.make(at, d, x, s, r);
    for (int k = 0; k < 200; ++k) {
      double value = s[0], l = at.length, along = 0.0, bent = curves.c2[0], square = 0.0;
      Vector y = at.m;
      for (std::size_t j = 0; j < d; ++j) {
        const double corner = uniform(engine) > 0.0 ? 1.0 : -1.0;
        const double z = (k % 2 == 0 ? uniform(engine) : corner) * at.w[j];
        y[j] += z;
        value += x[j] * z;
        l += at.tilt[j] * z;
        along += curves.v[j] * z;
      }
      for (std::size_t j = 0; j < d; ++j)
        for (std::size_t i = 0; i < d; ++i) square += y[j] * sphere.metric[j][i] * y[i];
      const double flat = at.curved ? l / at.length : 1.0;
      bent *= along * along / flat;
      const double above = curves.c0[0] * flat + curves.c1[0] * along + bent;
      EXPECT_GE(above, std::max(value, 0.0) - 1e-13);
      if (!at.curved) continue;
      EXPECT_LE(std::abs(along) / flat, curves.reach[0] * (1.0 + 1e-12));
      EXPECT_GE(l, at.least);
      EXPECT_LE(l, at.most);
      EXPECT_GE(std::sqrt(square), l * (1.0 - 1e-13));
      EXPECT_LE(square - l * l, at.turn + 1e-13);
    }
  }
  EXPECT_GT(curved, 200);
}

}  // namespace
}  // namespace burelu::verify
