// Lanczos by columns, see lanczos.hpp.
#include "certificate/lanczos.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>

#include "linalg/all_finite.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

constexpr double kInvariant = 1e-12;  // of the operator: what is left of a vector is rounding

}  // namespace

Lanczos::Lanczos(index_t order) : order_(order), next_(order, 1) {
  for (index_t i = 0; i < order; ++i)
    next_(i, 0) = 1.0 + 0.5 * std::sin(static_cast<double>(i) * static_cast<double>(i));  // in no special position
  size_ = cblas_dnrm2(static_cast<blasint>(order), next_.data.data(), 1);
}

bool Lanczos::advance(index_t steps, const std::function<bool(Matrix&)>& apply) {
  const auto length = static_cast<blasint>(order_);
  while (!finished_ && static_cast<index_t>(diagonal_.size()) < std::min(steps, order_)) {
    for (double& value : next_.data) value /= size_;
    basis_.insert(basis_.end(), next_.data.begin(), next_.data.end());
    const double* own = basis_.data() + basis_.size() - at(order_);
    if (!apply(next_) || !all_finite(next_.data)) return false;
    diagonal_.push_back(cblas_ddot(length, next_.data.data(), 1, own, 1));
    const auto count = static_cast<blasint>(diagonal_.size());
    std::vector<double> along(diagonal_.size());
    for (int twice = 0; twice < 2; ++twice) {
      cblas_dgemv(CblasColMajor, CblasTrans, length, count, 1.0, basis_.data(), length, next_.data.data(), 1, 0.0,
                  along.data(), 1);
      cblas_dgemv(CblasColMajor, CblasNoTrans, length, count, -1.0, basis_.data(), length, along.data(), 1, 1.0,
                  next_.data.data(), 1);
    }
    size_ = cblas_dnrm2(length, next_.data.data(), 1);
    off_.push_back(size_);
    finished_ = static_cast<index_t>(diagonal_.size()) == order_ || !(size_ > kInvariant * std::abs(diagonal_[0]));
  }
  return true;
}

std::vector<double> Lanczos::values() {
  const auto steps = static_cast<lapack_int>(diagonal_.size());
  ritz_values_ = diagonal_;
  std::vector<double> off = off_;
  ritz_.assign(at(steps) * at(steps), 0.0);
  if (steps == 0 ||
      LAPACKE_dstev(LAPACK_COL_MAJOR, 'V', steps, ritz_values_.data(), off.data(), ritz_.data(), steps) != 0)
    ritz_values_.clear();
  return ritz_values_;
}

Curvature Lanczos::below(double lift, index_t count) const {
  const auto steps = static_cast<index_t>(ritz_values_.size());
  Curvature out{{}, std::vector<double>(at(count * order_))};
  for (index_t l = 0; l < count; ++l) {
    out.values.push_back(1.0 / ritz_values_[at(steps - 1 - l)] - lift);
    cblas_dgemv(CblasColMajor, CblasNoTrans, static_cast<blasint>(order_), static_cast<blasint>(steps), 1.0,
                basis_.data(), static_cast<blasint>(order_), ritz_.data() + (steps - 1 - l) * steps, 1, 0.0,
                out.vectors.data() + l * order_, 1);
  }
  return out;
}

}  // namespace burelu
