#include "interior/scaled_system.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "interior/dense.hpp"
#include "linalg/blas_scope.hpp"
#include "linalg/dense.hpp"

namespace burelu::interior {
namespace {

constexpr double kShifts[] = {0.0, 1e-14, 1e-12, 1e-10, 1e-8};
constexpr int kRefinements = 3;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

ScaledSystem::ScaledSystem(std::int64_t size) : size_(size), entries_(at(size * size)), scale_(at(size)) {}

void ScaledSystem::clear() { std::fill(entries_.begin(), entries_.end(), 0.0); }

bool ScaledSystem::factorise() {
  for (std::int64_t k = 0; k < size_; ++k) scale_[at(k)] = 1.0 / std::sqrt(column(k)[k]);
  for (std::int64_t k = 0; k < size_; ++k)
    for (std::int64_t i = k; i < size_; ++i) {
      const double value = column(k)[i] * scale_[at(i)] * scale_[at(k)];
      if (!std::isfinite(value)) return false;
      column(i)[k] = value;
    }
  for (const double shift : kShifts) {
    for (std::int64_t k = 0; k < size_; ++k) {
      for (std::int64_t i = k + 1; i < size_; ++i) column(k)[i] = column(i)[k];
      column(k)[k] = 1.0 + shift;
    }
    if (cholesky(entries_.data(), size_)) return true;
  }
  return false;
}

void ScaledSystem::solve(Matrix& B) const {
  for (index_t i = 0; i < B.rows; ++i)
    for (index_t k = 0; k < B.cols; ++k) B(i, k) *= scale_[at(k)];
  const auto n = static_cast<blasint>(size_);
  Matrix X(B.rows, B.cols);
  for (int round = 0; round < kRefinements; ++round) {
    Matrix rest = B;
    if (round > 0) {  // B - (U + U' - I) X with the unit upper triangle U
      for (const CBLAS_TRANSPOSE side : {CblasNoTrans, CblasTrans}) {
        Matrix part = X;
        const BlasScope one;
        cblas_dtrmm(CblasColMajor, CblasLeft, CblasUpper, side, CblasUnit, n, static_cast<blasint>(B.rows), 1.0,
                    entries_.data(), n, part.data.data(), n);
        add(rest, -1.0, part);
      }
      add(rest, 1.0, X);
    }
    solve_rows(entries_.data(), size_, rest.data.data(), B.rows);
    add(X, 1.0, rest);
  }
  for (index_t i = 0; i < B.rows; ++i)
    for (index_t k = 0; k < B.cols; ++k) B(i, k) = X(i, k) * scale_[at(k)];
}

}  // namespace burelu::interior
