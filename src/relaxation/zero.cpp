#include "relaxation/zero.hpp"

#include <cmath>
#include <random>

namespace burelu {
namespace {

constexpr int kStarts = 12;
constexpr int kSteps = 15;  // of an ascent; most end before

double norm(const double* v, index_t size) {
  double sum = 0.0;
  for (index_t j = 0; j < size; ++j) sum += v[j] * v[j];
  return std::sqrt(sum);
}

/// h(u) = ||sum over loss rows of their forms times y||; u becomes the gradient of <h, direction of the sum>, at which
/// h is no smaller (h is convex and homogeneous).
double climb(const Presolved& p, std::vector<double>& u) {
  const index_t d = p.features();
  const index_t c = p.outputs();
  const auto rows = static_cast<std::size_t>(p.Y.rows);
  std::vector<double> form(rows, 0.0);
  std::vector<double> sum(static_cast<std::size_t>(c), 0.0);
  const auto row = [&](index_t i) {
    return i < p.rows() ? i : index_t{p.negative[static_cast<std::size_t>(i - p.rows())]};
  };
  const auto sign = [&](index_t i) {
    return i < p.rows() ? 1.0 : -p.negative_scale[static_cast<std::size_t>(i - p.rows())];
  };
  for (index_t i = 0; i < p.Y.rows; ++i) {
    double inner = 0.0;
    for (index_t j = 0; j < d; ++j) inner += p.X(row(i), j) * u[static_cast<std::size_t>(j)];
    const double value = sign(i) * inner;
    if (!(value > 0.0)) continue;
    form[static_cast<std::size_t>(i)] = value;
    for (index_t l = 0; l < c; ++l) sum[static_cast<std::size_t>(l)] += value * p.Y(i, l);
  }
  std::fill(u.begin(), u.end(), 0.0);
  for (index_t i = 0; i < p.Y.rows; ++i) {
    if (!(form[static_cast<std::size_t>(i)] > 0.0)) continue;
    double along = 0.0;
    for (index_t l = 0; l < c; ++l) along += sum[static_cast<std::size_t>(l)] * p.Y(i, l);
    for (index_t j = 0; j < d; ++j) u[static_cast<std::size_t>(j)] += sign(i) * along * p.X(row(i), j);
  }
  return norm(sum.data(), c);
}

bool normalise(std::vector<double>& u) {
  const double length = norm(u.data(), static_cast<index_t>(u.size()));
  if (!(length > 0.0) || !std::isfinite(length)) return false;
  for (double& value : u) value /= length;
  return true;
}

}  // namespace

double zero_threshold(const Presolved& reduced, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  std::vector<double> u(static_cast<std::size_t>(reduced.features()));
  double best = 0.0;
  for (int start = 0; start < kStarts; ++start) {
    for (double& value : u) value = normal(engine);
    for (int step = 0; step < kSteps && normalise(u); ++step) best = std::fmax(best, climb(reduced, u));
  }
  return best;
}

double zero_objective(const Presolved& reduced) {
  double sum = reduced.constant_loss;
  for (const double y : reduced.Y.data) sum += 0.5 * y * y;
  return sum;
}

}  // namespace burelu
