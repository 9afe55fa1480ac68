// Small random training problems for tests, all from fixed seeds.
#pragma once

#include <cstdint>
#include <random>

#include "burelu/problem.hpp"

namespace burelu::test {

/// A problem that owns its data.
struct Instance {
  Matrix X;
  Matrix Y;
  double gamma = 0.1;
  Problem problem() const { return {X, Y, gamma}; }
};

inline Matrix gaussian(index_t rows, index_t cols, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  Matrix out(rows, cols);
  for (double& value : out.data) value = normal(engine);
  return out;
}

/// Gaussian X, targets of a random network of `width` neurons.
inline Instance teacher(index_t n, index_t d, index_t c, std::uint64_t seed, double gamma = 0.1, index_t width = 10) {
  Instance out{gaussian(n, d, seed), Matrix(n, c), gamma};
  const Matrix U = gaussian(d, width, seed + 1);
  const Matrix V = gaussian(c, width, seed + 2);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < width; ++j) {
      double p = 0.0;
      for (index_t k = 0; k < d; ++k) p += out.X(i, k) * U(k, j);
      for (index_t l = 0; l < c && p > 0.0; ++l) out.Y(i, l) += p * V(l, j) / static_cast<double>(width);
    }
  return out;
}

/// As teacher, with a zero row, a duplicate with another label, a parallel and an antiparallel row (n >= 9).
inline Instance degenerate(index_t n, index_t d, index_t c, std::uint64_t seed, double gamma = 0.1) {
  Instance out = teacher(n, d, c, seed, gamma);
  for (index_t k = 0; k < d; ++k) {
    out.X(1, k) = 0.0;
    out.X(3, k) = out.X(2, k);
    out.X(5, k) = 2.0 * out.X(4, k);
    out.X(7, k) = -0.5 * out.X(6, k);
  }
  return out;
}

}  // namespace burelu::test
