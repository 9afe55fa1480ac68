// mu(Y) = max over |u| = 1 of ||sum_i (x_i'u)_+ y_i||: the gamma from which the zero network is optimal.
#pragma once

#include <cmath>

#include "support/instances.hpp"

namespace burelu::test {

/// The largest value that ascent finds: mu(Y) or less. u <- grad h / |grad h| never falls where h is convex and
/// homogeneous, as h(u) = ||Y'(Xu)_+|| with a fixed direction of the sum, and the best direction is taken in turn.
inline double zero_threshold(const Instance& instance, int starts = 200, int steps = 60) {
  const Matrix& X = instance.X;
  const Matrix& Y = instance.Y;
  double best = 0.0;
  Matrix u = gaussian(starts, X.cols, 991);
  for (int s = 0; s < starts; ++s)
    for (int k = 0; k < steps; ++k) {
      Matrix h(1, Y.cols);
      double length = 0.0;
      for (index_t j = 0; j < X.cols; ++j) length += u(s, j) * u(s, j);
      length = std::sqrt(length);
      if (!(length > 0.0)) break;
      std::vector<double> active(static_cast<std::size_t>(X.rows));
      for (index_t i = 0; i < X.rows; ++i) {
        double p = 0.0;
        for (index_t j = 0; j < X.cols; ++j) p += X(i, j) * u(s, j) / length;
        active[static_cast<std::size_t>(i)] = p > 0.0 ? 1.0 : 0.0;
        for (index_t l = 0; l < Y.cols && p > 0.0; ++l) h(0, l) += p * Y(i, l);
      }
      double value = 0.0;
      for (const double v : h.data) value += v * v;
      best = std::fmax(best, std::sqrt(value));
      for (index_t j = 0; j < X.cols; ++j) u(s, j) = 0.0;
      for (index_t i = 0; i < X.rows; ++i) {
        if (active[static_cast<std::size_t>(i)] == 0.0) continue;
        double along = 0.0;
        for (index_t l = 0; l < Y.cols; ++l) along += h(0, l) * Y(i, l);
        for (index_t j = 0; j < X.cols; ++j) u(s, j) += along * X(i, j);
      }
    }
  return best;
}

}  // namespace burelu::test
