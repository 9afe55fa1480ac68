// Lanczos by columns, see lanczos.hpp.
#include "certificate/lanczos.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/all_finite.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double dot(const double* x, const double* y, index_t size) {
  double sum = 0.0;
  for (index_t i = 0; i < size; ++i) sum += x[i] * y[i];
  return sum;
}

double norm(const Matrix& x) { return std::sqrt(dot(x.data.data(), x.data.data(), x.rows)); }

constexpr double kInvariant = 1e-12;  // of the operator: what is left of a vector is rounding

}  // namespace

Lanczos::Lanczos(index_t order) : order_(order), next_(order, 1) {
  for (index_t i = 0; i < order; ++i)
    next_(i, 0) = 1.0 + 0.5 * std::sin(static_cast<double>(i) * static_cast<double>(i));  // in no special position
  size_ = norm(next_);
}

bool Lanczos::advance(index_t steps, const std::function<bool(Matrix&)>& apply) {
  while (!finished_ && static_cast<index_t>(diagonal_.size()) < std::min(steps, order_)) {
    for (double& value : next_.data) value /= size_;
    basis_.insert(basis_.end(), next_.data.begin(), next_.data.end());
    const double* own = basis_.data() + basis_.size() - at(order_);
    if (!apply(next_) || !all_finite(next_.data)) return false;
    diagonal_.push_back(dot(next_.data.data(), own, order_));
    const Operand basis(basis_.data(), static_cast<index_t>(diagonal_.size()), order_);
    std::vector<double> along(diagonal_.size());
    for (int twice = 0; twice < 2; ++twice) {
      multiply(1.0, basis, next_, 0.0, along.data(), 1);
      multiply(-1.0, transposed(basis), Operand(along.data(), basis.rows, 1), 1.0, next_.data.data(), 1);
    }
    size_ = norm(next_);
    off_.push_back(size_);
    finished_ = static_cast<index_t>(diagonal_.size()) == order_ || !(size_ > kInvariant * std::abs(diagonal_[0]));
  }
  return true;
}

std::vector<double> Lanczos::values() {
  const auto steps = static_cast<index_t>(diagonal_.size());
  ritz_ = Matrix(steps, steps);
  for (index_t k = 0; k < steps; ++k) {
    ritz_(k, k) = diagonal_[at(k)];
    if (k + 1 < steps) ritz_(k + 1, k) = ritz_(k, k + 1) = off_[at(k)];
  }
  if (!eigen(ritz_, ritz_values_)) ritz_values_.clear();
  return ritz_values_;
}

Curvature Lanczos::below(double lift, index_t count) const {
  const auto steps = static_cast<index_t>(ritz_values_.size());
  Curvature out{{}, std::vector<double>(at(count * order_))};
  for (index_t l = 0; l < count; ++l) {
    out.values.push_back(1.0 / ritz_values_[at(steps - 1 - l)] - lift);
    multiply(1.0, Operand(ritz_.row(steps - 1 - l), 1, steps), Operand(basis_.data(), steps, order_), 0.0,
             out.vectors.data() + l * order_, order_);
  }
  return out;
}

}  // namespace burelu
