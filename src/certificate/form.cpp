// Assembly of M(T), see certificate_form.hpp. Work: one axpy of length d per b of a pair, then X'(T3 X).
#include "certificate/form.hpp"

#include <algorithm>

#include "cuts/cut_expansion.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace {

void axpy(double scale, const double* x, double* y, index_t size) {
  for (index_t j = 0; j < size; ++j) y[j] += scale * x[j];
}

}  // namespace

FormMatrix::FormMatrix(const Matrix& X, const std::vector<Cut>* cuts)
    : X_(&X),
      cuts_(cuts),
      order_(X.rows + X.cols),
      lower_(static_cast<std::size_t>(order_ * order_), 0.0),
      half_T3X_(static_cast<std::size_t>(X.rows * X.cols), 0.0) {}

void FormMatrix::clear() {
  std::fill(lower_.begin(), lower_.end(), 0.0);
  std::fill(half_T3X_.begin(), half_T3X_.end(), 0.0);
}

void FormMatrix::add(std::span<const Multiplier> pairs) {
  const auto m = static_cast<std::int32_t>(X_->rows);
  for (const Multiplier& pair : pairs) {
    if (std::max(pair.i, pair.j) < 2 * m) {
      add(pair);
    } else {
      expand(pair, m, *cuts_, [this](std::int32_t i, std::int32_t j, double value) { add(Multiplier{i, j, value}); });
    }
  }
}

void FormMatrix::add(const Multiplier& pair) {
  const index_t d = X_->cols;
  double* A = lower_.data();
  double* B = half_T3X_.data();
  const auto [i, j, i_is_b, j_is_b] = split(pair, X_->rows);
  const double half = 0.5 * pair.value;
  const bool same_form = pair.i == pair.j;  // 1/2 T f^2
  A[std::min(i, j) * order_ + std::max(i, j)] -= i == j && !same_form ? pair.value : half;
  if (i_is_b && j_is_b) {
    axpy(half, X_->row(j), B + i * d, d);
    if (!same_form) axpy(half, X_->row(i), B + j * d, d);
  } else if (i_is_b) {
    axpy(half, X_->row(i), A + j * order_ + X_->rows, d);
  }
}

void FormMatrix::add_tied(std::span<const double> values) {
  const index_t m = X_->rows;
  for (index_t k = 0; k < m; ++k) {
    const double value = values[static_cast<std::size_t>(k)];
    double* column = lower_.data() + k * order_;
    column[k] -= value;
    axpy(0.5 * value, X_->row(k), column + m, X_->cols);
  }
}

void FormMatrix::finish() {
  const index_t m = X_->rows;
  const index_t d = X_->cols;
  for (index_t k = 0; k < m; ++k) axpy(1.0, half_T3X_.data() + k * d, lower_.data() + k * order_ + m, d);
  multiply(-1.0, transposed(Operand(half_T3X_.data(), m, d)), *X_, 1.0, lower_.data() + m * order_ + m, order_);
}

}  // namespace burelu
