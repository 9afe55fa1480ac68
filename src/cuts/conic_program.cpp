// Primal simplex with an explicit inverse, see conic_program.hpp.
#include "cuts/conic_program.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr double kOptimal = 1e-11;     // of the largest weight in the basis: reduced costs above -that are zero
constexpr double kPivot = 1e-9;        // of the largest entry of the column: smaller ones are no pivots
constexpr double kDependent = 1e-6;    // of a unit vector: less is left over by rows that depend on the others
constexpr double kNegligible = 1e-13;  // of the largest coefficient
constexpr int kRefactorise = 40;       // pivots between fresh inverses
constexpr double kNegative = -1e-9;    // of the largest coefficient: the basis has lost its feasibility to rounding

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double dot(const double* x, const double* y, index_t size) {
  double sum = 0.0;
  for (index_t i = 0; i < size; ++i) sum += x[i] * y[i];
  return sum;
}

}  // namespace

ConicProgram::ConicProgram(const Matrix& X, index_t k, const std::vector<index_t>& basis)
    : X_(X), m_(X.rows), d_(X.cols), k_(k), inverse_(at(d_ * d_)), value_(at(d_)), price_(at(d_)), column_(at(d_)) {
  if (static_cast<index_t>(basis.size()) != d_ || d_ == 0) return;
  for (const index_t row : basis) form_.push_back(static_cast<std::int32_t>(row));
  if (!refactorise()) return;
  for (index_t i = 0; i < d_; ++i)
    if (value_[at(i)] < 0.0) form_[at(i)] += static_cast<std::int32_t>(m_);
  usable_ = refactorise();
}

bool ConicProgram::refactorise() {
  for (index_t i = 0; i < d_; ++i) {
    const bool flipped = form_[at(i)] >= m_;
    const double* x = X_.row(form_[at(i)] % m_);
    for (index_t l = 0; l < d_; ++l) inverse_[at(l * d_ + i)] = flipped ? -x[l] : x[l];  // column i of the basis
  }
  if (!invert(inverse_.data(), d_)) return false;
  for (index_t i = 0; i < d_; ++i) value_[at(i)] = dot(inverse_.data() + i * d_, X_.row(k_), d_);
  updates_ = 0;
  return std::all_of(value_.begin(), value_.end(), [](double v) { return std::isfinite(v); });
}

/// One step downhill; false at an optimum, or where none can be taken.
bool ConicProgram::pivot(const double* w) {
  double largest = 0.0;
  std::fill(price_.begin(), price_.end(), 0.0);
  for (index_t i = 0; i < d_; ++i) {
    const double cost = w[form_[at(i)]];
    largest = std::max(largest, std::abs(cost));
    cblas_daxpy(static_cast<blasint>(d_), cost, inverse_.data() + i * d_, 1, price_.data(), 1);
  }
  double best = -kOptimal * largest;
  std::int32_t enters = -1;
  for (index_t j = 0; j < m_; ++j) {
    if (j == k_) continue;
    const double along = dot(price_.data(), X_.row(j), d_);
    if (w[j] - along < best) {
      best = w[j] - along;
      enters = static_cast<std::int32_t>(j);
    }
    if (w[m_ + j] + along < best) {
      best = w[m_ + j] + along;
      enters = static_cast<std::int32_t>(m_ + j);
    }
  }
  if (enters < 0) return false;
  const double sign = enters >= m_ ? -1.0 : 1.0;
  double most = 0.0;
  for (index_t i = 0; i < d_; ++i) {
    column_[at(i)] = sign * dot(inverse_.data() + i * d_, X_.row(enters % m_), d_);
    most = std::max(most, std::abs(column_[at(i)]));
  }
  index_t leaves = -1;
  double ratio = std::numeric_limits<double>::infinity();
  for (index_t i = 0; i < d_; ++i) {
    if (!(column_[at(i)] > kPivot * most)) continue;
    const double r = std::max(value_[at(i)], 0.0) / column_[at(i)];
    if (r < ratio || (leaves >= 0 && r == ratio && column_[at(i)] > column_[at(leaves)])) {
      ratio = r;
      leaves = i;
    }
  }
  if (leaves < 0) return false;
  form_[at(leaves)] = enters;
  if (++updates_ >= kRefactorise) return refactorise();
  double* row = inverse_.data() + leaves * d_;
  cblas_dscal(static_cast<blasint>(d_), 1.0 / column_[at(leaves)], row, 1);
  for (index_t i = 0; i < d_; ++i) {
    if (i == leaves) continue;
    cblas_daxpy(static_cast<blasint>(d_), -column_[at(i)], row, 1, inverse_.data() + i * d_, 1);
    value_[at(i)] -= ratio * column_[at(i)];
  }
  value_[at(leaves)] = ratio;
  return true;
}

double ConicProgram::minimise(const double* w) {
  const int most = 100 + 20 * static_cast<int>(d_);
  for (int step = 0; step < most && pivot(w); ++step) {
  }
  if (updates_ > 0) usable_ = refactorise();
  double cost = 0.0;
  double largest = 0.0;
  double least = 0.0;
  for (index_t i = 0; i < d_; ++i) {
    cost += value_[at(i)] * w[form_[at(i)]];
    largest = std::max(largest, value_[at(i)]);
    least = std::min(least, value_[at(i)]);
  }
  if (least < kNegative * largest) usable_ = false;
  return usable_ ? cost : std::numeric_limits<double>::infinity();
}

Cut ConicProgram::cut() const {
  Cut out;
  out.line = static_cast<std::int32_t>(k_);
  const double largest = *std::max_element(value_.begin(), value_.end());
  for (index_t i = 0; i < d_; ++i)
    if (value_[at(i)] > kNegligible * largest) out.terms.push_back({form_[at(i)], value_[at(i)]});
  std::sort(out.terms.begin(), out.terms.end(), [](const CutTerm& a, const CutTerm& b) { return a.form < b.form; });
  return out;
}

std::vector<index_t> independent_rows(const Matrix& X, index_t k) {
  const index_t d = X.cols;
  Matrix rest = X;
  for (index_t j = 0; j < X.rows; ++j) {
    const double size = std::sqrt(dot(X.row(j), X.row(j), d));
    for (index_t l = 0; l < d; ++l) rest(j, l) = j == k || size == 0.0 ? 0.0 : rest(j, l) / size;
  }
  std::vector<index_t> out;
  for (index_t step = 0; step < d; ++step) {
    index_t best = -1;
    double most = kDependent;
    for (index_t j = 0; j < X.rows; ++j)
      if (const double size = std::sqrt(dot(rest.row(j), rest.row(j), d)); size > most) {
        most = size;
        best = j;
      }
    if (best < 0) break;
    out.push_back(best);
    std::vector<double> direction(rest.row(best), rest.row(best) + d);
    for (double& value : direction) value /= most;
    for (index_t j = 0; j < X.rows; ++j)
      cblas_daxpy(static_cast<blasint>(d), -dot(rest.row(j), direction.data(), d), direction.data(), 1, rest.row(j), 1);
    std::fill_n(rest.row(best), d, 0.0);
  }
  return out;
}

}  // namespace burelu
