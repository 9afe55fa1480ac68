// Small problems with random dual points, and brute force for what a certificate claims about them.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "burelu/certificate.hpp"
#include "certificate/certifier.hpp"
#include "problem/presolve.hpp"
#include "support/largest.hpp"

namespace burelu::test {

using Random = std::mt19937_64;

inline Matrix gaussian(Random& random, index_t rows, index_t cols, double scale = 1.0) {
  std::normal_distribution<double> normal;
  Matrix out(rows, cols);
  for (double& value : out.data) value = scale * normal(random);
  return out;
}

/// A problem that owns its data.
struct OwnedProblem {
  Matrix X, Y;
  double gamma = 0.1;
  Problem view() const { return {X, Y, gamma}; }
};

/// Rows of every kind: generic, zero, duplicates with other labels, antiparallel, turned by 1e-10 and by 1e-8.
inline OwnedProblem planted_problem(std::uint64_t seed, index_t n, index_t d, index_t c) {
  Random random(seed);
  OwnedProblem out{gaussian(random, n, d), gaussian(random, n, c), 0.1};
  std::uniform_int_distribution<int> kind(0, 9);
  for (index_t i = 1; i < n; ++i) {
    const double factors[] = {0.0, 1.0, -1.7, 3.0, -1.0, 2.5};
    const int k = kind(random);
    if (k > 5) continue;
    const double turn = k == 3 ? 1e-10 : k == 5 ? 1e-8 : 0.0;
    for (index_t j = 0; j < d; ++j) out.X(i, j) = factors[k] * (out.X(i - 1, j) + turn * out.X(i, j));
  }
  return out;
}

/// An arbitrary dual point of a presolved problem.
struct RandomDual {
  std::vector<Multiplier> pairs;
  std::vector<double> tau;
  Matrix W;
  DualPoint point() const { return {&pairs, &tau, &W}; }

  RandomDual(Random& random, const Presolved& p, double size) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    const auto m = static_cast<std::int32_t>(p.rows());
    const double unit = p.gamma / std::max(1.0, static_cast<double>(m));
    for (std::int32_t i = 0; i < 2 * m; ++i)
      for (std::int32_t j = 0; j < i; ++j)
        if (i != j + m && uniform(random) < 0.2) pairs.push_back({i, j, 0.1 * size * unit * uniform(random)});
    for (std::int32_t k = 0; k < m; ++k) tau.push_back(-size * unit * uniform(random));
    W = gaussian(random, p.Y.rows, p.outputs());
    for (std::size_t i = 0; i < W.data.size(); ++i) W.data[i] = 0.2 * W.data[i] - p.Y.data[i];
  }
};

/// || sum_i (x_i'u)_+ w_i || for one u.
inline double response(const Matrix& X, const Matrix& W, const std::vector<double>& u) {
  std::vector<double> sum(static_cast<std::size_t>(W.cols), 0.0);
  for (index_t i = 0; i < X.rows; ++i) {
    double a = 0.0;
    for (index_t j = 0; j < X.cols; ++j) a += X(i, j) * u[static_cast<std::size_t>(j)];
    for (index_t k = 0; k < W.cols && a > 0.0; ++k) sum[static_cast<std::size_t>(k)] += a * W(i, k);
  }
  double squares = 0.0;
  for (const double value : sum) squares += value * value;
  return std::sqrt(squares);
}

/// mu(W) = max over unit u, by a fan of directions (d = 2) or by sampling: from below.
inline double sampled_mu(const Matrix& X, const Matrix& W, int samples = 2000) {
  Random random(99);
  std::normal_distribution<double> normal;
  double largest = 0.0;
  for (int s = 0; s < samples; ++s) {
    std::vector<double> u(static_cast<std::size_t>(X.cols));
    const double angle = 2.0 * M_PI * s / samples;
    double squares = 0.0;
    for (std::size_t j = 0; j < u.size(); ++j) {
      u[j] = X.cols == 2 ? (j == 0 ? std::cos(angle) : std::sin(angle)) : normal(random);
      squares += u[j] * u[j];
    }
    for (double& value : u) value /= std::sqrt(squares);
    largest = larger(largest, response(X, W, u));
  }
  return largest;
}

/// Objective by its definition.
inline double network_objective(const OwnedProblem& p, const Matrix& U, const Matrix& V) {
  double value = 0.0;
  for (const double u : U.data) value += 0.5 * p.gamma * u * u;
  for (const double v : V.data) value += 0.5 * p.gamma * v * v;
  for (index_t i = 0; i < p.X.rows; ++i)
    for (index_t k = 0; k < p.Y.cols; ++k) {
      double fit = -p.Y(i, k);
      for (index_t l = 0; l < U.cols; ++l) {
        double a = 0.0;
        for (index_t j = 0; j < p.X.cols; ++j) a += p.X(i, j) * U(j, l);
        fit += std::max(a, 0.0) * V(k, l);
      }
      value += 0.5 * fit * fit;
    }
  return value;
}

/// Objective of a network after some steps of gradient descent with backtracking from a random start: never below the
/// optimum, often close.
inline double descended_network(Random& random, const OwnedProblem& p, index_t width, int steps) {
  Matrix U = gaussian(random, p.X.cols, width, 0.7);
  Matrix V = gaussian(random, p.Y.cols, width, 0.3);
  double value = network_objective(p, U, V);
  double rate = 0.1;
  for (int step = 0; step < steps; ++step) {
    Matrix dU = U;
    Matrix dV = V;
    for (double& g : dU.data) g *= p.gamma;
    for (double& g : dV.data) g *= p.gamma;
    for (index_t i = 0; i < p.X.rows; ++i) {
      std::vector<double> a(static_cast<std::size_t>(width), 0.0);
      for (index_t l = 0; l < width; ++l)
        for (index_t j = 0; j < p.X.cols; ++j) a[static_cast<std::size_t>(l)] += p.X(i, j) * U(j, l);
      for (index_t k = 0; k < p.Y.cols; ++k) {
        double e = -p.Y(i, k);
        for (index_t l = 0; l < width; ++l) e += std::max(a[static_cast<std::size_t>(l)], 0.0) * V(k, l);
        for (index_t l = 0; l < width; ++l) {
          const double active = a[static_cast<std::size_t>(l)];
          if (active <= 0.0) continue;
          dV(k, l) += e * active;
          for (index_t j = 0; j < p.X.cols; ++j) dU(j, l) += e * V(k, l) * p.X(i, j);
        }
      }
    }
    for (rate *= 2.0; rate > 1e-12; rate *= 0.5) {
      Matrix U2 = U;
      Matrix V2 = V;
      for (std::size_t i = 0; i < U.data.size(); ++i) U2.data[i] -= rate * dU.data[i];
      for (std::size_t i = 0; i < V.data.size(); ++i) V2.data[i] -= rate * dV.data[i];
      const double next = network_objective(p, U2, V2);
      if (!(next < value)) continue;
      value = next;
      U = U2;
      V = V2;
      break;
    }
  }
  return value;
}

}  // namespace burelu::test
