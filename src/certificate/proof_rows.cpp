// Rounding of the products: an inner product of length k is off by gamma_k |x|'|y| <= gamma_k ||x|| ||y||, whatever its
// order (Higham, section 3.1), so norms bound every error below.
#include "certificate/proof_rows.hpp"

#include <algorithm>
#include <cmath>

#include "certificate/scaled.hpp"
#include "linalg/dense.hpp"
#include "linalg/row_space.hpp"

namespace burelu {
namespace {

constexpr double kRoom = 8.0;  // a checker with other arithmetic must find room as well
constexpr double kInflate = 1.0 + 1e-7;
constexpr double kTiny = 0x1p-256;

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// Bounds ||Q||: its square by Gershgorin on the computed Q Q'; `longest` receives a bound on the norms of the rows.
double stretch_of(const Matrix& Q, double& longest) {
  const index_t m = Q.rows;
  Matrix products(m, m);
  gram(1.0, transposed(Q), 0.0, products.data.data());
  const double off = rounding(kRoom * (static_cast<double>(Q.cols) + 8.0));
  double square = 0.0;
  for (index_t i = 0; i < m; ++i) square = std::max(square, products(i, i));
  square *= 1.0 + 2.0 * off;
  longest = std::sqrt(square) * kInflate;
  double largest = 1.0;
  for (index_t i = 0; i < m; ++i) {
    double sum = static_cast<double>(m) * off * square;
    for (index_t j = 0; j < m; ++j) sum += std::abs(i <= j ? products(i, j) : products(j, i));
    if (!(sum < 2.0)) return 2.0;  // no basis at all: leave it
    largest = std::max(largest, sum);
  }
  return std::sqrt(largest) * (1.0 + 1e-14);
}

/// Replaces the rows by L.
void make_thin(ProofRows& out) {
  const index_t m = out.X.rows;
  RowSpace space = row_space(out.X);
  double longest = 0.0;
  const double stretch = stretch_of(space.Q, longest);
  if (!(stretch < 1.5)) return;
  std::vector<double> hidden(at(m));
  for (index_t k = 0; k < m; ++k) {
    double size = norm(out.X.row(k), out.X.cols);
    for (index_t j = 0; j < m; ++j) size += std::abs(space.L(k, j)) * longest;
    hidden[at(k)] = rounding(kRoom * (static_cast<double>(m) + 4.0)) * size;
  }
  multiply(-1.0, space.L, space.Q, 1.0, out.X.data.data(), out.X.cols);
  for (index_t k = 0; k < m; ++k)
    out.residual.push_back(kInflate * (norm(out.X.row(k), out.X.cols) + hidden[at(k)]) + kTiny);
  out.X = std::move(space.L);
  out.stretch = stretch;
}

}  // namespace

ProofRows proof_rows(const Problem& problem, const std::vector<std::int32_t>& representatives) {
  ProofRows out;
  const auto m = static_cast<index_t>(representatives.size());
  const index_t d = problem.X.cols;
  out.X = Matrix(m, d);
  out.power.resize(at(m));
  for (index_t k = 0; k < m; ++k) {
    const index_t from = representatives[at(k)];
    if (from < 0 || from >= problem.X.rows) return out;
    double* row = out.X.row(k);
    for (index_t j = 0; j < d; ++j) row[j] = problem.X(from, j);
    const double size = norm(row, d);
    if (!(size > 0.0) || !std::isfinite(size)) return out;
    out.power[at(k)] = std::ilogb(size);
    for (index_t j = 0; j < d; ++j) row[j] = std::ldexp(row[j], -out.power[at(k)]);
  }
  out.usable = true;
  if (m > 0 && d > 2 * m) make_thin(out);
  return out;
}

}  // namespace burelu
