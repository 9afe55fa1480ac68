// Left-looking Cholesky by columns, see sparse_cholesky.hpp.
#include "linalg/sparse_cholesky.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "linalg/dense.hpp"
#include "linalg/elimination.hpp"

namespace burelu {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

SparseCholesky::SparseCholesky(const SparseSymmetric& pattern, double most_flops) {
  const index_t size = pattern.order();
  diagonal_.resize(at(size));
  start_.assign(at(size) + 1, 0);
  Elimination found = minimum_degree(pattern, most_flops);
  complete_ = found.complete;
  sparse_ = static_cast<std::int32_t>(size) - found.dense;
  if (!complete_) {
    natural(pattern);
  } else {
    flops_ = found.flops;
    dense_.resize(at(found.dense) * at(found.dense));
    order_ = std::move(found.order);
    std::vector<std::int32_t> rank(at(size));
    for (index_t k = 0; k < size; ++k) rank[at(order_[at(k)])] = static_cast<std::int32_t>(k);
    for (index_t k = 0; k < size; ++k) {
      std::vector<std::int32_t>& column = found.columns[at(order_[at(k)])];
      for (std::int32_t& i : column) i = rank[at(i)];
      std::sort(column.begin(), column.end());
      row_.insert(row_.end(), column.begin(), column.end());
      start_[at(k) + 1] = static_cast<std::int64_t>(row_.size());
    }
  }
  value_.resize(row_.size());
  place(pattern);
  position_.resize(at(size));
  first_.resize(at(size));
  next_.resize(at(size));
  mark_.resize(at(size));
}

/// The lower triangle of the matrix itself, in its own order.
void SparseCholesky::natural(const SparseSymmetric& pattern) {
  const index_t size = pattern.order();
  order_.resize(at(size));
  std::iota(order_.begin(), order_.end(), 0);
  for (index_t i = 0; i < size; ++i) {
    for (std::int64_t e = pattern.start[at(i)]; e < pattern.start[at(i) + 1]; ++e)
      if (pattern.column[at(e)] > i) row_.push_back(pattern.column[at(e)]);
    start_[at(i) + 1] = static_cast<std::int64_t>(row_.size());
  }
  flops_ = static_cast<double>(row_.size());
}

/// Where the entries of A begin in L.
void SparseCholesky::place(const SparseSymmetric& pattern) {
  const index_t size = pattern.order();
  std::vector<std::int32_t> rank(at(size));
  for (index_t k = 0; k < size; ++k) rank[at(order_[at(k)])] = static_cast<std::int32_t>(k);
  std::vector<std::int64_t> where(at(size), 0);
  for (index_t k = 0; k < size; ++k) {
    for (std::int64_t e = start_[at(k)]; e < start_[at(k) + 1]; ++e) where[at(row_[at(e)])] = e;
    const std::int32_t i = order_[at(k)];
    for (std::int64_t e = pattern.start[at(i)]; e < pattern.start[at(i) + 1]; ++e) {
      const std::int32_t j = rank[at(pattern.column[at(e)])];
      if (j < k) continue;
      (k < sparse_ ? source_ : dense_source_).push_back(e);
      if (k < sparse_)
        target_.push_back(where[at(j)]);
      else
        dense_target_.push_back((k - sparse_) * (size - sparse_) + j - sparse_);
    }
  }
}

bool SparseCholesky::factorise(const SparseSymmetric& A) {
  const auto size = static_cast<std::int32_t>(A.order());
  std::fill(value_.begin(), value_.end(), 0.0);
  for (std::size_t k = 0; k < source_.size(); ++k) value_[at(target_[k])] = A.value[at(source_[k])];
  for (std::int32_t k = 0; k < size; ++k) diagonal_[at(k)] = A.diagonal[at(order_[at(k)])];
  std::fill(dense_.begin(), dense_.end(), 0.0);
  for (std::size_t k = 0; k < dense_source_.size(); ++k) dense_[at(dense_target_[k])] = A.value[at(dense_source_[k])];
  for (std::int64_t k = 0; k < size - sparse_; ++k) dense_[at(k * (size - sparse_) + k)] = diagonal_[at(sparse_ + k)];
  std::fill(first_.begin(), first_.end(), -1);
  std::fill(mark_.begin(), mark_.end(), -1);
  std::vector<double> work(at(size), 0.0);
  for (std::int32_t j = 0; j < sparse_; ++j)
    if (!eliminate_column(j, work)) return false;
  return cholesky(dense_.data(), size - sparse_);
}

/// A finished column waits at its next row; all it has for the dense block goes there at once.
void SparseCholesky::reach(std::int32_t k) {
  const std::int64_t begin = position_[at(k)];
  const std::int64_t end = start_[at(k) + 1];
  if (begin == end) return;
  const std::int32_t row = row_[at(begin)];
  if (row < sparse_) {
    next_[at(k)] = first_[at(row)];
    first_[at(row)] = k;
    return;
  }
  const auto order = static_cast<std::int64_t>(diagonal_.size()) - sparse_;
  for (std::int64_t e = begin; e < end; ++e) {
    double* column = dense_.data() + (row_[at(e)] - sparse_) * order - sparse_;
    const double factor = value_[at(e)];
    for (std::int64_t f = e; f < end; ++f) column[row_[at(f)]] -= factor * value_[at(f)];
  }
}

/// Column j less the multiples of earlier columns that reach row j; what falls on places that L does not have is left.
bool SparseCholesky::eliminate_column(std::int32_t j, std::vector<double>& work) {
  const std::int64_t begin = start_[at(j)];
  const std::int64_t end = start_[at(j) + 1];
  for (std::int64_t e = begin; e < end; ++e) {
    work[at(row_[at(e)])] = value_[at(e)];
    mark_[at(row_[at(e)])] = j;
  }
  double pivot = diagonal_[at(j)];
  for (std::int32_t k = first_[at(j)]; k >= 0;) {
    const std::int32_t following = next_[at(k)];
    const std::int64_t from = position_[at(k)]++;
    const double factor = value_[at(from)];
    pivot -= factor * factor;
    if (complete_) {
      for (std::int64_t e = from + 1; e < start_[at(k) + 1]; ++e) work[at(row_[at(e)])] -= factor * value_[at(e)];
    } else {
      for (std::int64_t e = from + 1; e < start_[at(k) + 1]; ++e)
        if (mark_[at(row_[at(e)])] == j) work[at(row_[at(e)])] -= factor * value_[at(e)];
    }
    reach(k);
    k = following;
  }
  if (!(pivot > 0.0) || !std::isfinite(pivot)) return false;
  diagonal_[at(j)] = std::sqrt(pivot);
  const double scale = 1.0 / diagonal_[at(j)];
  for (std::int64_t e = begin; e < end; ++e) value_[at(e)] = work[at(row_[at(e)])] * scale;
  position_[at(j)] = begin;
  reach(j);
  return true;
}

void SparseCholesky::solve_lower(Matrix& Z) const {
  const index_t size = Z.rows;
  const index_t k = Z.cols;
  Matrix P(size, k);
  for (index_t j = 0; j < size; ++j) std::copy_n(Z.row(order_[at(j)]), k, P.row(j));
  for (index_t j = 0; j < sparse_; ++j) {
    double* own = P.row(j);
    const double scale = 1.0 / diagonal_[at(j)];
    for (index_t l = 0; l < k; ++l) own[l] *= scale;
    for (std::int64_t e = start_[at(j)]; e < start_[at(j) + 1]; ++e) {
      double* other = P.row(row_[at(e)]);
      const double value = value_[at(e)];
      for (index_t l = 0; l < k; ++l) other[l] -= value * own[l];
    }
  }
  burelu::solve_lower(dense_.data(), size - sparse_, P.row(sparse_), k);
  Z = std::move(P);
}

void SparseCholesky::solve_upper(Matrix& Z) const {
  const index_t size = Z.rows;
  const index_t k = Z.cols;
  burelu::solve_upper(dense_.data(), size - sparse_, Z.row(sparse_), k);
  for (index_t j = sparse_ - 1; j >= 0; --j) {
    double* own = Z.row(j);
    for (std::int64_t e = start_[at(j)]; e < start_[at(j) + 1]; ++e) {
      const double* other = Z.row(row_[at(e)]);
      const double value = value_[at(e)];
      for (index_t l = 0; l < k; ++l) own[l] -= value * other[l];
    }
    const double scale = 1.0 / diagonal_[at(j)];
    for (index_t l = 0; l < k; ++l) own[l] *= scale;
  }
  Matrix P(size, k);
  for (index_t j = 0; j < size; ++j) std::copy_n(Z.row(j), k, P.row(order_[at(j)]));
  Z = std::move(P);
}

}  // namespace burelu
