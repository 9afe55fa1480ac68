// Random instances of the kinds that break bounds: duplicates, lines, zero rows, flat and skewed data, subspaces.
#pragma once

#include <cmath>

#include "support/instances.hpp"

namespace burelu::test {

inline Instance branch_case(std::uint64_t seed) {
  const auto d = static_cast<index_t>(1 + seed % 5);
  const auto c = static_cast<index_t>(1 + seed / 5 % 5);
  const auto n = static_cast<index_t>(9 + seed * 7 % 17);
  Instance out = seed % 3 == 0 ? degenerate(n, d, c, seed) : teacher(n, d, c, seed);
  if (seed % 4 == 1)  // sizes of the features far apart
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < d; ++j) out.X(i, j) *= std::pow(10.0, static_cast<double>(j));
  if (seed % 4 == 2 && d > 1)  // the last feature is the sum of the others
    for (index_t i = 0; i < n; ++i) {
      out.X(i, d - 1) = 0.0;
      for (index_t j = 0; j + 1 < d; ++j) out.X(i, d - 1) += out.X(i, j);
    }
  if (seed % 4 == 3)  // few values: kinks that meet in vertices
    for (double& x : out.X.data) x = std::round(x);
  return out;
}

/// || sum_i (x_i'u)_+ w_i || / ||u||.
inline double naive_height(const Matrix& X, const Matrix& W, const std::vector<double>& u) {
  std::vector<double> sum(static_cast<std::size_t>(W.cols), 0.0);
  double length = 0.0;
  for (const double value : u) length += value * value;
  for (index_t i = 0; i < X.rows; ++i) {
    double s = 0.0;
    for (index_t j = 0; j < X.cols; ++j) s += X(i, j) * u[static_cast<std::size_t>(j)];
    for (index_t z = 0; z < W.cols && s > 0.0; ++z) sum[static_cast<std::size_t>(z)] += s * W(i, z);
  }
  double square = 0.0;
  for (const double value : sum) square += value * value;
  return length > 0.0 ? std::sqrt(square / length) : 0.0;
}

}  // namespace burelu::test
