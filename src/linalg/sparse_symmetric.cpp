// Assembly and products, see sparse_symmetric.hpp.
#include "linalg/sparse_symmetric.hpp"

#include <algorithm>

#include "linalg/team.hpp"

namespace burelu {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

constexpr index_t kParallelWork = 200000;  // multiplications below which threads cost more than they save

}  // namespace

SparseSymmetric sparse_symmetric(index_t order, std::vector<SparseEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const SparseEntry& a, const SparseEntry& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); });
  SparseSymmetric out;
  out.diagonal.assign(at(order), 0.0);
  out.start.assign(at(order + 1), 0);
  std::size_t kept = 0;
  for (const SparseEntry& entry : entries) {
    if (entry.i == entry.j) {
      out.diagonal[at(entry.i)] += entry.value;
    } else if (kept > 0 && entries[kept - 1].i == entry.i && entries[kept - 1].j == entry.j) {
      entries[kept - 1].value += entry.value;
    } else {
      entries[kept++] = entry;
      ++out.start[at(entry.i) + 1];
      ++out.start[at(entry.j) + 1];
    }
  }
  entries.resize(kept);
  for (index_t i = 0; i < order; ++i) out.start[at(i) + 1] += out.start[at(i)];
  out.column.resize(2 * kept);
  out.value.resize(2 * kept);
  std::vector<std::int64_t> next(out.start.begin(), out.start.end() - 1);
  const auto put = [&](std::int32_t row, std::int32_t column, double value) {
    const std::size_t place = at(next[at(row)]++);
    out.column[place] = column;
    out.value[place] = value;
  };
  // Sorted by (i, j): first what is left of the diagonal of every row, then what is right of it, both ascending.
  for (const SparseEntry& entry : entries) put(entry.i, entry.j, entry.value);
  for (const SparseEntry& entry : entries) put(entry.j, entry.i, entry.value);
  return out;
}

Matrix product(const SparseSymmetric& A, const Matrix& X) {
  const index_t order = A.order();
  const index_t k = X.cols;
  Matrix out(order, k);
  const Team team = (A.entries() + order) * k > kParallelWork ? Team::current() : Team();
  team.share(order, 1, [&](int, index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      double* to = out.row(i);
      const double* own = X.row(i);
      const double diagonal = A.diagonal[at(i)];
      for (index_t j = 0; j < k; ++j) to[j] = diagonal * own[j];
      for (std::int64_t e = A.start[at(i)]; e < A.start[at(i) + 1]; ++e) {
        const double value = A.value[at(e)];
        const double* from = X.row(A.column[at(e)]);
        for (index_t j = 0; j < k; ++j) to[j] += value * from[j];
      }
    }
  });
  return out;
}

SparseSymmetric spread(const SparseSymmetric& A, const SparseSymmetric& B) {
  SparseSymmetric out;
  out.diagonal = A.diagonal;
  out.start.resize(A.start.size());
  out.column.reserve(A.column.size() + B.column.size());
  out.value.reserve(A.column.size() + B.column.size());
  for (index_t i = 0; i < A.order(); ++i) {
    std::int64_t a = A.start[at(i)];
    std::int64_t b = B.start[at(i)];
    const std::int64_t a_end = A.start[at(i) + 1];
    const std::int64_t b_end = B.start[at(i) + 1];
    while (a < a_end || b < b_end) {
      const bool from_a = a < a_end && (b == b_end || A.column[at(a)] <= B.column[at(b)]);
      const std::int32_t column = from_a ? A.column[at(a)] : B.column[at(b)];
      out.column.push_back(column);
      out.value.push_back(from_a ? A.value[at(a)] : 0.0);
      if (from_a) ++a;
      if (b < b_end && B.column[at(b)] == column) ++b;
    }
    out.start[at(i) + 1] = static_cast<std::int64_t>(out.column.size());
  }
  return out;
}

}  // namespace burelu
