// Assembly by lists, see sparse_form.hpp.
#include "certificate/sparse_form.hpp"

#include <cmath>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

/// A pair by the rows it couples.
struct PairIndex {
  index_t i, j;         // rows of X
  bool i_is_b, j_is_b;  // which form of each
};

PairIndex split(const Multiplier& pair, index_t m) { return {pair.i % m, pair.j % m, pair.i >= m, pair.j >= m}; }

void axpy(double scale, const double* x, double* y, index_t size) {
  for (index_t j = 0; j < size; ++j) y[j] += scale * x[j];
}

/// `sign` of the blocks K and U: -1, and 1 where all terms are sizes.
SparseForm assemble(const Matrix& X, std::span<const Multiplier> pairs, double sign) {
  const index_t m = X.rows;
  const index_t d = X.cols;
  std::vector<SparseEntry> entries;
  entries.reserve(pairs.size());
  SparseForm out{{}, Matrix(m, d), Matrix(d, d)};
  Matrix T3X(m, d);  // 1/2 T3 X
  for (const Multiplier& pair : pairs) {
    const auto [i, j, i_is_b, j_is_b] = split(pair, m);
    const double half = 0.5 * pair.value;
    const bool same_form = pair.i == pair.j;  // 1/2 T f^2
    entries.push_back({static_cast<std::int32_t>(std::max(i, j)), static_cast<std::int32_t>(std::min(i, j)),
                       sign * (i == j && !same_form ? pair.value : half)});
    if (i_is_b && j_is_b) {
      axpy(half, X.row(j), T3X.row(i), d);
      if (!same_form) axpy(half, X.row(i), T3X.row(j), d);
    } else if (i_is_b) {
      axpy(half, X.row(i), out.R.row(j), d);
    }
  }
  out.K = sparse_symmetric(m, std::move(entries));
  multiply(sign, transposed(X), T3X, 0.0, out.U.data.data(), d);
  for (std::size_t k = 0; k < T3X.data.size(); ++k) out.R.data[k] += T3X.data[k];
  return out;
}

}  // namespace

SparseForm sparse_form(const Matrix& X, std::span<const Multiplier> pairs) { return assemble(X, pairs, -1.0); }

SparseForm sparse_form_magnitude(const Matrix& X, std::span<const Multiplier> pairs) {
  Matrix size = X;
  for (double& x : size.data) x = std::abs(x);
  std::vector<Multiplier> sizes(pairs.begin(), pairs.end());
  for (Multiplier& pair : sizes) pair.value = std::abs(pair.value);
  return assemble(size, sizes, 1.0);
}

}  // namespace burelu
