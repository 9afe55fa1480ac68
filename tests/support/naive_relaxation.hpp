// The augmented Lagrangian written as its definition, dense and slow: the oracle of every backend.
#pragma once

#include <algorithm>
#include <cmath>

#include "relaxation/start.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu::test {

/// Dense symmetric multipliers over the rows of F and the function of one point.
struct NaiveRelaxation {
  const RelaxationData& data;
  double sigma;
  Matrix T;        // rows of F squared
  Matrix weights;  // the same

  NaiveRelaxation(const RelaxationData& d, double penalty)
      : data(d), sigma(penalty), T(d.factor_rows(), d.factor_rows()), weights(d.factor_rows(), d.factor_rows()) {
    for (index_t i = 0; i < d.factor_rows(); ++i)
      for (index_t j = 0; j < d.factor_rows(); ++j) {
        weights(i, j) = static_cast<float>(pair_weight(d, i, j));  // backends may keep weights in float
      }
  }

  bool tied(index_t i, index_t j) const { return i == j + data.m || j == i + data.m; }

  Matrix factor(const Point& z) const {
    const index_t r = z.Ut.cols;
    Matrix F(data.factor_rows(), r);
    for (index_t k = 0; k < data.m; ++k) {
      std::vector<double> p(static_cast<std::size_t>(r));
      double pp = 0.0;
      double ss = 0.0;
      for (index_t l = 0; l < r; ++l) {
        for (index_t j = 0; j < data.d; ++j) p[static_cast<std::size_t>(l)] += data.XK(k, j) * z.Ut(j, l);
        pp += p[static_cast<std::size_t>(l)] * p[static_cast<std::size_t>(l)];
        ss += z.Shat(k, l) * z.Shat(k, l);
      }
      for (index_t l = 0; l < r; ++l) {
        const double c = std::sqrt(pp / ss) * z.Shat(k, l);
        F(k, l) = 0.5 * (c + p[static_cast<std::size_t>(l)]);
        F(data.m + k, l) = 0.5 * (c - p[static_cast<std::size_t>(l)]);
      }
    }
    return F;
  }

  static double dot(const Matrix& F, index_t i, index_t j) {
    double s = 0.0;
    for (index_t l = 0; l < F.cols; ++l) s += F(i, l) * F(j, l);
    return s;
  }

  /// 1/(4 sigma) sum over ordered pairs of (T - sigma w S)_+^2 / w.
  double penalty(const Point& z) const {
    const Matrix F = factor(z);
    double sum = 0.0;
    for (index_t i = 0; i < F.rows; ++i)
      for (index_t j = 0; j < F.rows; ++j) {
        if (tied(i, j)) continue;
        const double h = std::fmax(T(i, j) - sigma * weights(i, j) * dot(F, i, j), 0.0);
        sum += h * h / weights(i, j);
      }
    return sum / (4.0 * sigma);
  }

  /// T <- (T - sigma w S)_+.
  void update(const Point& z) {
    const Matrix F = factor(z);
    for (index_t i = 0; i < F.rows; ++i)
      for (index_t j = 0; j < F.rows; ++j)
        T(i, j) = tied(i, j) ? 0.0 : std::fmax(T(i, j) - sigma * weights(i, j) * dot(F, i, j), 0.0);
  }

  /// min over V of 1/2 ||H V' - Y||^2 + gamma/2 ||V||^2 as (gamma/2) tr Y'(gamma I + HH')^-1 Y, plus the decay of U.
  double loss_and_decay(const Point& z) const;
};

inline double NaiveRelaxation::loss_and_decay(const Point& z) const {
  const Matrix F = factor(z);
  const index_t rows = data.loss_rows();
  Matrix H(rows, F.cols);
  for (index_t i = 0; i < rows; ++i)
    for (index_t l = 0; l < F.cols; ++l) {
      const auto k = static_cast<std::size_t>(i - data.m);
      H(i, l) = i < data.m ? F(i, l) : data.negative_scale[k] * F(data.m + data.negative[k], l);
    }
  Matrix S(rows, rows);  // gamma I + HH', solved against Y by Gaussian elimination
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < rows; ++j) S(i, j) = dot(H, i, j) + (i == j ? data.gamma : 0.0);
  Matrix B = data.Y;
  for (index_t k = 0; k < rows; ++k)
    for (index_t i = k + 1; i < rows; ++i) {
      const double factor_ik = S(i, k) / S(k, k);
      for (index_t j = k; j < rows; ++j) S(i, j) -= factor_ik * S(k, j);
      for (index_t j = 0; j < B.cols; ++j) B(i, j) -= factor_ik * B(k, j);
    }
  for (index_t k = rows - 1; k >= 0; --k)
    for (index_t j = 0; j < B.cols; ++j) {
      for (index_t i = k + 1; i < rows; ++i) B(k, j) -= S(k, i) * B(i, j);
      B(k, j) /= S(k, k);
    }
  double value = 0.0;
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < B.cols; ++j) value += 0.5 * data.gamma * data.Y(i, j) * B(i, j);
  for (index_t i = 0; i < data.d; ++i)
    for (index_t l = 0; l < F.cols; ++l) {
      double u = 0.0;
      for (index_t j = 0; j < data.d; ++j) u += data.K(i, j) * z.Ut(j, l);
      value += 0.5 * data.gamma * u * u;
    }
  return value;
}

}  // namespace burelu::test
