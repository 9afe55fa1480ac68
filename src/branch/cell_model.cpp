// What a cell's test compares: parabolas and slopes for e'Phi, a linear model and its error for what is across e.
#include <algorithm>
#include <cmath>

#include "branch/cell.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double sum_of_products(const double* a, const double* b, index_t n) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (index_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

double sum_of_products(const double* a, const double* b, const double* c, index_t n) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (index_t i = 0; i < n; ++i) sum += a[i] * b[i] * c[i];
  return sum;
}

}  // namespace

// a1 x'z and a0 above kinks by their chords.
void CellTest::chords(const Frame& f) {
  const index_t n = f.count;
  std::copy_n(f.x.begin(), n * d_, v_.begin());
  std::fill_n(a2_.begin(), n, 0.0);
  for (index_t i = 0; i < n; ++i) {
    const double r = reach_[at(i)] = values_.radius[at(i)];
    a1_[at(i)] = (values_.centre[at(i)] + r) / (2.0 * r);
    a0_[at(i)] = a1_[at(i)] * r;
  }
}

// In the plane l(y) = l0 the kink is (s + tau)_+ with tau = v'z l0 / l.
void CellTest::parabolas(const Frame& f) {
  const index_t n = f.count;
  const double* s = values_.centre.data();
  double* reach = reach_.data();
  double* square = k1_.data();
  std::fill_n(reach, n, 0.0);
  std::fill_n(square, n, 0.0);
  for (index_t j = 0; j < d_; ++j) {
    const double* x = f.x.data() + j * n;
    double* v = v_.data() + j * n;
    const double ratio = work_.mu[j] / work_.l0;
    const double w = work_.w[j];
    for (index_t i = 0; i < n; ++i) {
      v[i] = x[i] - ratio * s[i];
      const double own = std::abs(v[i]) * w;
      reach[i] += own;
      square[i] += own * own;
    }
  }
  const double stretch = work_.l0 / work_.least * cell::kWider;
  for (index_t i = 0; i < n; ++i) {
    reach[i] *= stretch;
    const cell::Parabola p = cell::parabola_above(s[i], reach[i], square[i]);
    a0_[at(i)] = p.a0;
    a1_[at(i)] = p.a1;
    a2_[at(i)] = p.a2;
  }
}

double CellTest::one_side(const Frame& f, double t, const cell::Across& rest) {
  std::fill_n(weight_.begin(), f.count, 0.0);
  for (index_t z = 0; z < c_; ++z) {
    const double* g = f.g.data() + z * f.count;
    for (index_t i = 0; i < f.count; ++i) weight_[at(i)] += e_[at(z)] * g[i];
  }
  raise(f);
  flatten(f, t);
  const auto form = work_.curved ? cell::form : cell::form_of_squares;
  return form(work_, k_.metric.data(), k_.metric_slack, static_cast<int>(d_), t, static_cast<int>(f.count), rest);
}

// r, g and A of kinks that help e, and of the linear part.
void CellTest::raise(const Frame& f) {
  const index_t n = f.count;
  double base = 0.0, mass = 0.0;
  for (index_t i = 0; i < n; ++i) {
    const double p = std::max(weight_[at(i)], 0.0);
    base += p * a0_[at(i)];
    k1_[at(i)] = p * a1_[at(i)];
    k2_[at(i)] = p * a2_[at(i)];
    mass += p * (a0_[at(i)] + (std::abs(a1_[at(i)]) + a2_[at(i)] * reach_[at(i)]) * reach_[at(i)]);
  }
  work_.mass = mass;
  work_.r = slack_ + base;
  const double tilt = work_.curved ? base / work_.l0 : 0.0;  // a0 l / l0
  for (index_t j = 0; j < d_; ++j) {
    double linear = 0.0;
    for (index_t z = 0; z < c_; ++z) linear += e_[at(z)] * f.linear[at(z * d_ + j)];
    const double* v = v_.data() + j * n;
    work_.r += linear * work_.u[j];
    work_.g[j] = linear + sum_of_products(k1_.data(), v, n) + tilt * work_.mu[j];
    for (index_t l = 0; l <= j; ++l)
      work_.A[j][l] = work_.A[l][j] = sum_of_products(k2_.data(), v, v_.data() + l * n, n);
  }
}

// Slopes that minimise r + sum_j psi_j(b_j), b = g - t mu, psi the maximum of b z - C z^2 / 2 in the box: coordinate
// descent on quadratics that touch psi from above. r and g receive the kinks that hinder e.
void CellTest::flatten(const Frame& f, double t) {
  index_t m = 0;
  double b[kMostDims], W[kMostDims];
  for (index_t j = 0; j < d_; ++j) b[j] = work_.g[j] - t * work_.mu[j];
  for (index_t i = 0; i < f.count; ++i) {
    if (!(weight_[at(i)] < 0.0)) continue;
    double* row = rows_.data() + m * d_;
    const double theta = std::clamp(a1_[at(i)], 0.0, 1.0);
    for (index_t j = 0; j < d_; ++j) {
      row[j] = f.x[at(j * f.count + i)];
      b[j] += weight_[at(i)] * theta * row[j];
    }
    k1_[at(m)] = -weight_[at(i)];
    k2_[at(m)] = values_.centre[at(i)];
    theta_[at(m++)] = theta;
  }
  for (int sweep = 0; sweep < cell::kSweeps; ++sweep) {
    for (index_t j = 0; j < d_; ++j) {
      const double own = t * k_.metric[at(j * d_ + j)] / work_.l0;
      const double C = std::max(own - 2.0 * work_.A[j][j], cell::kFlat * own) * work_.w[j];
      W[j] = work_.w[j] > 0.0 ? work_.w[j] / std::max(std::abs(b[j]), C) : 0.0;
    }
    for (index_t i = 0; i < m; ++i) {
      const double* x = rows_.data() + i * d_;
      double slope = k2_[at(i)], curvature = 0.0;
      for (index_t j = 0; j < d_; ++j) {
        slope += W[j] * b[j] * x[j];
        curvature += W[j] * x[j] * x[j];
      }
      if (!(curvature > 0.0)) continue;
      const double after = std::clamp(theta_[at(i)] + slope / (k1_[at(i)] * curvature), 0.0, 1.0);
      const double change = k1_[at(i)] * (after - theta_[at(i)]);
      if (change == 0.0) continue;
      theta_[at(i)] = after;
      for (index_t j = 0; j < d_; ++j) b[j] -= change * x[j];
    }
  }
  for (index_t j = 0; j < d_; ++j) {  // afresh: no rounding of the updates is left in them
    double sum = 0.0;
    for (index_t i = 0; i < m; ++i) sum -= k1_[at(i)] * theta_[at(i)] * rows_[at(i * d_ + j)];
    work_.g[j] += sum;
    work_.r += sum * work_.u[j];
  }
}

// Phi ~ R + G z with the line half way between each open kink's chord and the line below it, which differ by 2 half.
void CellTest::linearise(const Frame& f) {
  const index_t n = f.count;
  const double* s = values_.centre.data();
  const double* r = values_.radius.data();
  for (index_t i = 0; i < n; ++i) {
    k1_[at(i)] = (s[i] + r[i]) / (2.0 * r[i]);
    k2_[at(i)] = 0.5 * k1_[at(i)] * (r[i] - s[i]);
  }
  for (index_t z = 0; z < c_; ++z) {
    const double* g = f.g.data() + z * n;
    R_[at(z)] = sum_of_products(f.linear.data() + z * d_, work_.u, d_) + sum_of_products(g, k1_.data(), s, n) +
                sum_of_products(g, k2_.data(), n);
    for (index_t j = 0; j < d_; ++j)
      G_[at(z * d_ + j)] = f.linear[at(z * d_ + j)] + sum_of_products(g, k1_.data(), f.x.data() + j * n, n);
  }
}

// Takes e out of R and G; E is the error of what is left. Returns a lower bound of e'Phi on the box.
double CellTest::project(const Frame& f, const std::vector<double>& e) {
  double lowest = -slack_;
  E_ = slack_;
  for (index_t i = 0; i < f.count; ++i) {
    double p = 0.0, square = 0.0;
    for (index_t z = 0; z < c_; ++z) {
      const double g = f.g[at(z * f.count + i)];
      p += e[at(z)] * g;
      square += g * g;
    }
    const double rest = std::max(square - p * p, 0.0) + 8.0 * static_cast<double>(c_ + 4) * cell::kUnit * square;
    E_ += std::sqrt(rest) * k2_[at(i)];
    lowest -= std::abs(p) * k2_[at(i)];
  }
  double middle = 0.0;
  for (index_t z = 0; z < c_; ++z) middle += e[at(z)] * R_[at(z)];
  for (index_t z = 0; z < c_; ++z) R_[at(z)] -= middle * e[at(z)];
  lowest += middle;
  for (index_t j = 0; j < d_; ++j) {
    double slope = 0.0;
    for (index_t z = 0; z < c_; ++z) slope += e[at(z)] * G_[at(z * d_ + j)];
    for (index_t z = 0; z < c_; ++z) G_[at(z * d_ + j)] -= slope * e[at(z)];
    lowest -= std::abs(slope) * work_.w[j];
  }
  return lowest;
}

}  // namespace burelu
