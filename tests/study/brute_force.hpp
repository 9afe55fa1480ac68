// Tiny problems and their optimum by brute force: neurons on a fine grid of directions in the plane, weights of all of
// them by coordinate descent. Nothing here knows activation patterns.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "burelu/problem.hpp"
#include "linalg/random.hpp"

namespace burelu::test {

struct Tiny {
  Matrix X;
  Matrix Y;
  Problem problem(double gamma) const { return {X, Y, gamma}; }
};

inline Tiny tiny(std::uint64_t seed, index_t n, index_t d, index_t c) {
  Random random(seed);
  Tiny out{Matrix(n, d), Matrix(n, c)};
  for (double& value : out.X.data) value = random.normal();
  for (double& value : out.Y.data) value = random.normal();
  return out;
}

/// (x_i'u)_+ for the k-th of `count` directions.
inline std::vector<double> grid_neuron(const MatrixView& X, int k, int count) {
  const double angle = 2.0 * std::numbers::pi * k / count;
  std::vector<double> h;
  for (index_t i = 0; i < X.rows; ++i)
    h.push_back(std::max(X(i, 0) * std::cos(angle) + X(i, 1) * std::sin(angle), 0.0));
  return h;
}

inline double steepest_of_grid(const MatrixView& X, const MatrixView& W, int count) {
  double best = 0.0;
  for (int k = 0; k < count; ++k) {
    const std::vector<double> h = grid_neuron(X, k, count);
    double square = 0.0;
    for (index_t j = 0; j < W.cols; ++j) {
      double sum = 0.0;
      for (index_t i = 0; i < W.rows; ++i) sum += h[static_cast<std::size_t>(i)] * W(i, j);
      square += sum * sum;
    }
    best = std::max(best, std::sqrt(square));
  }
  return best;
}

/// The same at the kinks: both directions orthogonal to a row, where neurons of an optimum often sit.
inline std::vector<std::vector<double>> grid_neurons(const MatrixView& X, int count) {
  std::vector<std::vector<double>> h;
  for (int k = 0; k < count; ++k) h.push_back(grid_neuron(X, k, count));
  for (index_t row = 0; row < X.rows; ++row)
    for (const double sign : {1.0, -1.0}) {
      const double length = sign * std::hypot(X(row, 0), X(row, 1));
      h.emplace_back();
      for (index_t i = 0; i < X.rows; ++i)
        h.back().push_back(i == row ? 0.0 : std::max((X(i, 0) * X(row, 1) - X(i, 1) * X(row, 0)) / length, 0.0));
    }
  return h;
}

/// min over v_k of 1/2 ||sum_k h_k v_k' - Y||^2 + gamma sum_k ||v_k||, by exact minimisation over one v_k at a time.
inline double optimum_of_grid(const Problem& problem, int count) {
  const index_t n = problem.X.rows;
  const index_t c = problem.Y.cols;
  const std::vector<std::vector<double>> h = grid_neurons(problem.X, count);
  const auto neurons = static_cast<index_t>(h.size());
  Matrix R(n, c);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < c; ++j) R(i, j) = problem.Y(i, j);
  Matrix V(neurons, c);
  double value = 0.0;
  for (int sweep = 0; sweep < 40000; ++sweep) {
    for (index_t k = 0; k < neurons; ++k) {
      const auto& column = h[static_cast<std::size_t>(k)];
      double size = 0.0;
      for (const double entry : column) size += entry * entry;
      if (size == 0.0) continue;
      std::vector<double> wanted(static_cast<std::size_t>(c));
      double length = 0.0;
      for (index_t j = 0; j < c; ++j) {
        double sum = size * V(k, j);
        for (index_t i = 0; i < n; ++i) sum += column[static_cast<std::size_t>(i)] * R(i, j);
        wanted[static_cast<std::size_t>(j)] = sum;
        length += sum * sum;
      }
      length = std::sqrt(length);
      const double keep = length > problem.gamma ? (1.0 - problem.gamma / length) / size : 0.0;
      for (index_t j = 0; j < c; ++j) {
        const double change = keep * wanted[static_cast<std::size_t>(j)] - V(k, j);
        if (change == 0.0) continue;
        V(k, j) += change;
        for (index_t i = 0; i < n; ++i) R(i, j) -= change * column[static_cast<std::size_t>(i)];
      }
    }
    double now = 0.0;
    for (const double entry : R.data) now += 0.5 * entry * entry;
    for (index_t k = 0; k < neurons; ++k) {
      double length = 0.0;
      for (index_t j = 0; j < c; ++j) length += V(k, j) * V(k, j);
      now += problem.gamma * std::sqrt(length);
    }
    if (sweep > 0 && value - now < 1e-10 * now) return now;
    value = now;
  }
  return value;
}

}  // namespace burelu::test
