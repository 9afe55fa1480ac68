#include "branch/ascent.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace burelu {
namespace {

constexpr index_t kSmooth = 4000;  // kinks: with more, none of them alone matters
constexpr index_t kBlock = 512;    // rows at a time: what is summed of them stays in the first cache

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double sum_of_products(const double* a, const double* b, index_t n) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (index_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// g where s > 0, times it.
double active_sum(const double* g, const double* s, index_t n) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (index_t i = 0; i < n; ++i) sum += g[i] * std::max(s[i], 0.0);
  return sum;
}

bool normalise(std::vector<double>& v) {
  const double size = std::sqrt(dot(v, v));
  if (!(size > 0.0)) return false;
  for (double& value : v) value /= size;
  return true;
}

void remove_parts(std::vector<double>& v, const std::vector<std::vector<double>>& orthonormal) {
  for (const auto& q : orthonormal) {
    const double part = dot(v, q);
    for (std::size_t j = 0; j < v.size(); ++j) v[j] -= part * q[j];
  }
}

}  // namespace

Ascent::Ascent(const Kinks& kinks)
    : m_(kinks.count),
      d_(kinks.dims),
      c_(kinks.outputs),
      x_(kinks.x),
      length_(at(kinks.count), 0.0),
      linear_(kinks.linear),
      k_(kinks),
      L_(at(d_ * d_), 0.0),
      side_(at(m_)),
      weight_(at(m_)),
      gradient_(at(d_)) {
  for (index_t i = 0; i < d_; ++i)
    for (index_t j = 0; j <= i; ++j) {
      double v = kinks.metric[at(i * d_ + j)];
      for (index_t l = 0; l < j; ++l) v -= L_[at(i * d_ + l)] * L_[at(j * d_ + l)];
      L_[at(i * d_ + j)] = i == j ? std::sqrt(std::max(v, 1e-300)) : v / L_[at(j * d_ + j)];
    }
  for (index_t j = 0; j < d_; ++j) {  // x <- L^-1 x
    for (index_t l = 0; l < j; ++l) {
      for (index_t i = 0; i < m_; ++i) x_[at(j * m_ + i)] -= L_[at(j * d_ + l)] * x_[at(l * m_ + i)];
      for (index_t z = 0; z < c_; ++z) linear_[at(z * d_ + j)] -= L_[at(j * d_ + l)] * linear_[at(z * d_ + l)];
    }
    for (index_t i = 0; i < m_; ++i) {
      x_[at(j * m_ + i)] /= L_[at(j * d_ + j)];
      length_[at(i)] += x_[at(j * m_ + i)] * x_[at(j * m_ + i)];
    }
    for (index_t z = 0; z < c_; ++z) linear_[at(z * d_ + j)] /= L_[at(j * d_ + j)];
  }
}

double Ascent::evaluate(const std::vector<double>& v) {
  std::vector<double> phi(at(c_), 0.0);
  for (index_t z = 0; z < c_; ++z)
    for (index_t j = 0; j < d_; ++j) phi[at(z)] += linear_[at(z * d_ + j)] * v[at(j)];
  for (index_t begin = 0; begin < m_; begin += kBlock) {
    const index_t count = std::min(kBlock, m_ - begin);
    double* side = side_.data() + begin;
    std::fill_n(side, count, 0.0);
    for (index_t j = 0; j < d_; ++j) {
      const double* x = x_.data() + j * m_ + begin;
      const double factor = v[at(j)];
      for (index_t i = 0; i < count; ++i) side[i] += x[i] * factor;
    }
    for (index_t z = 0; z < c_; ++z) phi[at(z)] += active_sum(k_.g.data() + z * m_ + begin, side, count);
  }
  const double size = std::sqrt(dot(phi, phi));
  for (double& e : phi) e = size > 0.0 ? e / size : 0.0;
  std::fill(gradient_.begin(), gradient_.end(), 0.0);
  for (index_t z = 0; z < c_; ++z)
    for (index_t j = 0; j < d_; ++j) gradient_[at(j)] += phi[at(z)] * linear_[at(z * d_ + j)];
  for (index_t begin = 0; begin < m_; begin += kBlock) {
    const index_t count = std::min(kBlock, m_ - begin);
    const double* side = side_.data() + begin;
    double* weight = weight_.data() + begin;
    std::fill_n(weight, count, 0.0);
    for (index_t z = 0; z < c_; ++z) {
      const double* g = k_.g.data() + z * m_ + begin;
      const double e = phi[at(z)];
      for (index_t i = 0; i < count; ++i) weight[i] += e * g[i];
    }
    double counts[kBlock];
    for (index_t i = 0; i < count; ++i) counts[i] = side[i] > 0.0 ? weight[i] : 0.0;
    for (index_t j = 0; j < d_; ++j) gradient_[at(j)] += sum_of_products(counts, x_.data() + j * m_ + begin, count);
  }
  return size;
}

double Ascent::climb_within(std::vector<double>& v, const std::vector<std::vector<double>>& fixed, int steps) {
  remove_parts(v, fixed);
  if (!normalise(v)) return 0.0;
  double best = evaluate(v);
  for (int step = 0; step < steps; ++step) {
    std::vector<double> next = gradient_;
    remove_parts(next, fixed);
    if (!normalise(next)) break;
    const double value = evaluate(next);
    if (!(value > best)) break;
    const bool little = value - best < (m_ > kSmooth ? 1e-8 : 1e-13) * best;
    best = value;
    v = std::move(next);
    if (little) break;
  }
  return best;
}

double Ascent::climb(std::vector<double>& y, int steps) {
  std::vector<double> v(at(d_), 0.0);
  for (index_t j = 0; j < d_; ++j)
    for (index_t i = j; i < d_; ++i) v[at(j)] += L_[at(i * d_ + j)] * y[at(i)];
  double best = climb_within(v, {}, steps);
  for (int round = 0; round < (m_ > kSmooth ? 0 : 2); ++round) {
    const std::vector<double> centre = v;
    evaluate(centre);
    std::vector<index_t> order;
    for (index_t i = 0; i < m_; ++i)
      if (weight_[at(i)] < 0.0 && length_[at(i)] > 0.0) order.push_back(i);
    std::vector<double> distance(at(m_));
    for (const index_t i : order) distance[at(i)] = std::abs(side_[at(i)]) / std::sqrt(length_[at(i)]);
    const auto count = std::min<std::size_t>(order.size(), at(2 * d_));
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [&](index_t a, index_t b) { return distance[at(a)] < distance[at(b)]; });
    std::vector<std::vector<double>> fixed;
    const double before = best;
    for (std::size_t q = 0; q < count && static_cast<index_t>(fixed.size()) < d_ - 1; ++q) {
      std::vector<double> row(at(d_));
      for (index_t j = 0; j < d_; ++j) row[at(j)] = x_[at(j * m_ + order[q])];
      normalise(row);
      remove_parts(row, fixed);
      remove_parts(row, fixed);
      if (dot(row, row) < 1e-12) continue;
      normalise(row);
      fixed.push_back(row);
      std::vector<double> trial = centre;
      const double value = climb_within(trial, fixed, steps);
      if (value > best) {
        best = value;
        v = trial;
      }
    }
    if (!(best > before * (1.0 + 1e-12))) break;
  }
  for (index_t j = d_ - 1; j >= 0; --j) {  // y = L^-T v
    double sum = v[at(j)];
    for (index_t i = j + 1; i < d_; ++i) sum -= L_[at(i * d_ + j)] * y[at(i)];
    y[at(j)] = sum / L_[at(j * d_ + j)];
  }
  double largest = 0.0;
  for (const double value : y) largest = std::max(largest, std::abs(value));
  for (double& value : y) value /= largest;
  return best;
}

}  // namespace burelu
