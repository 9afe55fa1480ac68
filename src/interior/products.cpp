#include "interior/products.hpp"

#include <algorithm>

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// Sorts by column and sums what stands twice.
void settle(SparseRow& row) {
  std::sort(row.begin(), row.end(), [](const SparseEntry& a, const SparseEntry& b) { return a.column < b.column; });
  std::size_t count = 0;
  for (const SparseEntry& entry : row) {
    if (count > 0 && row[count - 1].column == entry.column) {
      row[count - 1].value += entry.value;
    } else {
      row[count++] = entry;
    }
  }
  row.resize(count);
  row.shrink_to_fit();
}

}  // namespace

Products::Products(const RelaxationData& data) : order_(data.m + data.d) {
  const auto m = static_cast<std::int32_t>(data.m);
  for (std::int32_t k = 0; k < m; ++k) rows_.push_back({{k, 1.0}});
  for (std::int32_t k = 0; k < m; ++k) {
    rows_.push_back({{k, 1.0}});
    for (index_t l = 0; l < data.d; ++l)
      if (data.X(k, l) != 0.0) rows_.back().push_back({m + static_cast<std::int32_t>(l), -data.X(k, l)});
  }
  for (index_t t = 0; t < data.cuts.count(); ++t) {
    SparseRow row;
    for (auto p = at(data.cuts.offset[at(t)]); p < at(data.cuts.offset[at(t) + 1]); ++p)
      for (const SparseEntry& entry : rows_[at(data.cuts.form[p])])
        row.push_back({entry.column, data.cuts.value[p] * entry.value});
    settle(row);
    rows_.push_back(std::move(row));
  }
}

Matrix Products::products(const Matrix& Z) const {
  Matrix half(count(), order_);  // J Z
  for (index_t i = 0; i < count(); ++i)
    for (const SparseEntry& entry : rows_[at(i)])
      for (index_t k = 0; k < order_; ++k) half(i, k) += entry.value * Z(entry.column, k);
  Matrix S(count(), count());
  for (index_t i = 0; i < count(); ++i)
    for (index_t j = 0; j <= i; ++j) {
      double sum = 0.0;
      for (const SparseEntry& entry : rows_[at(j)]) sum += entry.value * half(i, entry.column);
      S(i, j) = S(j, i) = sum;
    }
  return S;
}

Matrix Products::pulled_back(const Matrix& T) const {
  Matrix half(count(), order_);  // T J
  for (index_t j = 0; j < count(); ++j)
    for (const SparseEntry& entry : rows_[at(j)])
      for (index_t i = 0; i < count(); ++i) half(i, entry.column) += T(i, j) * entry.value;
  Matrix out(order_, order_);
  for (index_t i = 0; i < count(); ++i)
    for (const SparseEntry& entry : rows_[at(i)])
      for (index_t k = 0; k < order_; ++k) out(entry.column, k) += entry.value * half(i, k);
  return out;
}

SparseRow Products::function(index_t i, index_t j) const {
  SparseRow out;
  out.reserve(rows_[at(i)].size() * rows_[at(j)].size());
  for (const SparseEntry& p : rows_[at(i)])
    for (const SparseEntry& q : rows_[at(j)])
      out.push_back({static_cast<std::int32_t>(coordinate(p.column, q.column)), p.value * q.value});
  settle(out);
  return out;
}

}  // namespace burelu
