// Newton's method on the optimality conditions with rounded norms eta_k = (||v_k||^2 + mu^2)^(1/2) and multipliers z_k,
//   H'(Y - HV)_k = gamma z_k,    eta_k z_k = v_k,
// whose second line stays close to linear as mu falls (Chan, Golub and Mulet, SIAM J. Sci. Comput. 20, 1999): Newton on
// the rounded objective alone, or coordinate descent, stalls where directions are close to each other.
#include "branch/weights.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr int kMostSteps = 120;
constexpr double kAccurate = 1e-9;  // of gamma
constexpr double kSharpest = 1e-9;  // mu over the mean norm at the end
constexpr double kRidge = 1e-14;    // of the Gram matrix's largest diagonal entry: equal directions

double norm(const double* v, index_t size) {
  double sum = 0.0;
  for (index_t j = 0; j < size; ++j) sum += v[j] * v[j];
  return std::sqrt(sum);
}

class Fit {
 public:
  Fit(const Matrix& gram, const Matrix& right, double gamma, Matrix& V)
      : gram_(gram), right_(right), gamma_(gamma), V_(V), K_(gram.rows), c_(right.cols), R_(K_, c_), z_(K_, c_) {
    for (index_t k = 0; k < K_; ++k) ridge_ = std::max(ridge_, kRidge * gram(k, k));
  }

  double run(const std::function<bool()>& stop) {
    double total = 0.0;
    for (index_t k = 0; k < K_; ++k) total += norm(V_.row(k), c_);
    // without a start: the size of a fit by one direction
    if (total == 0.0)
      for (index_t k = 0; k < K_; ++k)
        total = std::max(total, gram_(k, k) > 0.0 ? norm(right_.row(k), c_) / gram_(k, k) : 0.0);
    if (!(total > 0.0)) return 0.0;
    const double least = kSharpest * total / static_cast<double>(K_);
    double mu = 1e-2 * total / static_cast<double>(K_);
    refresh();
    for (index_t k = 0; k < K_; ++k) {
      const double eta = std::hypot(norm(V_.row(k), c_), mu);
      for (index_t z = 0; z < c_; ++z) z_(k, z) = V_(k, z) / eta;
    }
    double worst = 0.0;
    for (int step = 0; step < kMostSteps && !(stop && stop()); ++step) {
      const double reach = newton(mu);
      if (reach < 0.0) break;
      refresh();
      worst = residual(mu);
      if (mu <= least && worst <= kAccurate) break;
      if (reach > 0.5 || worst < 1e-2) mu = std::max(least, mu * (reach > 0.9 ? 0.1 : 0.4));
    }
    return worst;
  }

 private:
  void refresh() {  // R = H'(Y - HV)
    R_ = right_;
    for (index_t k = 0; k < K_; ++k)
      for (index_t j = 0; j < K_; ++j)
        for (index_t z = 0; z < c_; ++z) R_(k, z) -= gram_(k, j) * V_(j, z);
  }

  double residual(double mu) const {
    double worst = 0.0;
    for (index_t k = 0; k < K_; ++k) {
      const double eta = std::hypot(norm(V_.row(k), c_), mu);
      double square = 0.0;
      for (index_t z = 0; z < c_; ++z) {
        const double rest = R_(k, z) / gamma_ - V_(k, z) / eta;
        square += rest * rest;
      }
      worst = std::max(worst, std::sqrt(square));
    }
    return worst;
  }

  // One step; how far it went, negative where the system could not be solved.
  double newton(double mu) {
    const auto c = static_cast<std::size_t>(c_);
    const std::size_t order = static_cast<std::size_t>(K_) * c;
    H_.assign(order * order, 0.0);
    g_.assign(order, 0.0);
    for (index_t k = 0; k < K_; ++k) {
      const std::size_t at = static_cast<std::size_t>(k) * c;
      const double eta = std::hypot(norm(V_.row(k), c_), mu);
      for (std::size_t z = 0; z < c; ++z) {
        const auto a = static_cast<index_t>(z);
        g_[at + z] = R_(k, a) - gamma_ * V_(k, a) / eta;
        for (index_t j = 0; j < K_; ++j) H_[(at + z) * order + static_cast<std::size_t>(j) * c + z] = gram_(k, j);
        for (std::size_t y = 0; y < c; ++y) {
          const auto b = static_cast<index_t>(y);
          const double mixed = 0.5 * (z_(k, a) * V_(k, b) + V_(k, a) * z_(k, b)) / eta;
          H_[(at + z) * order + at + y] += gamma_ / eta * ((y == z ? 1.0 : 0.0) - mixed);
        }
        H_[(at + z) * order + at + z] += ridge_;
      }
    }
    const auto size = static_cast<index_t>(order);
    if (!cholesky(H_.data(), size)) return -1.0;
    solve_lower(H_.data(), size, g_.data(), 1);
    solve_upper(H_.data(), size, g_.data(), 1);
    // dz = (v + dv - z v'dv / eta) / eta - z; the multipliers stay inside the unit ball
    Matrix dz(K_, c_);
    double reach = 1.0;
    for (index_t k = 0; k < K_; ++k) {
      const double eta = std::hypot(norm(V_.row(k), c_), mu);
      const double* dv = g_.data() + static_cast<std::size_t>(k) * c;
      double along = 0.0;
      for (index_t z = 0; z < c_; ++z) along += V_(k, z) * dv[z];
      double own = 0.0, mixed = 0.0, square = 0.0;
      for (index_t z = 0; z < c_; ++z) {
        dz(k, z) = (V_(k, z) + dv[z] - z_(k, z) * along / eta) / eta - z_(k, z);
        own += z_(k, z) * z_(k, z);
        mixed += z_(k, z) * dz(k, z);
        square += dz(k, z) * dz(k, z);
      }
      // own + 2 t mixed + t^2 square <= 1
      if (square > 0.0) {
        const double rest = std::max(1.0 - own, 0.0);
        const double most = (-mixed + std::sqrt(mixed * mixed + square * rest)) / square;
        reach = std::min(reach, 0.99 * most);
      }
    }
    for (index_t k = 0; k < K_; ++k)
      for (index_t z = 0; z < c_; ++z) {
        V_(k, z) += g_[static_cast<std::size_t>(k) * c + static_cast<std::size_t>(z)];
        z_(k, z) += reach * dz(k, z);
      }
    return reach;
  }

  const Matrix& gram_;
  const Matrix& right_;
  double gamma_;
  Matrix& V_;
  index_t K_, c_;
  Matrix R_, z_;
  double ridge_ = 0.0;
  std::vector<double> H_, g_;
};

}  // namespace

double fit_weights(const Matrix& gram, const Matrix& right, double gamma, Matrix& V,
                   const std::function<bool()>& stop) {
  return Fit(gram, right, gamma, V).run(stop);
}

}  // namespace burelu
