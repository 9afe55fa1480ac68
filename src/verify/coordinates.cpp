#include "verify/coordinates.hpp"

#include <algorithm>
#include <cmath>

namespace burelu::verify {
namespace {

constexpr long double kDependent = 1e-17L;  // squared length of what a feature adds to those before it
constexpr long double kOwn = 1e-3L;         // of the largest such length: enough for a pivot
using Long = std::vector<long double>;      // squares halve the digits: dependent features must be told

/// The feature that comes next: the largest of those that add something of their own. A small one first would put large
/// numbers that cancel into the columns of B that follow.
std::size_t next_feature(const std::vector<Long>& S, const Long& left) {
  const long double most = *std::max_element(left.begin(), left.end());
  std::size_t best = left.size();
  for (std::size_t j = 0; j < left.size(); ++j)
    if (left[j] >= kOwn * most && (best == left.size() || S[j][j] > S[best][best])) best = j;
  return best == left.size() ? 0 : best;
}

/// Pivoted Cholesky of X'X scaled to a unit diagonal: its rows span the row space. They are in the scale of the
/// features.
std::vector<Long> spanning_rows(const Data& data) {
  const std::size_t D = data.X.cols;
  std::vector<Long> S(D, Long(D, 0.0L));
  for (std::size_t i = 0; i < data.X.rows; ++i)
    for (std::size_t j = 0; j < D; ++j)
      for (std::size_t l = 0; l < D; ++l) S[j][l] += static_cast<long double>(data.X(i, j)) * data.X(i, l);
  Long size(D), left(D);
  for (std::size_t j = 0; j < D; ++j) {
    size[j] = S[j][j] > 0.0L ? 1.0L / std::sqrt(S[j][j]) : 0.0L;
    left[j] = size[j] > 0.0L ? 1.0L : 0.0L;
  }
  std::vector<Long> rows;
  while (rows.size() < D) {
    const std::size_t p = next_feature(S, left);
    if (!(left[p] > kDependent)) break;
    Long row(D);
    for (std::size_t j = 0; j < D; ++j) {
      row[j] = S[p][j] * size[p] * size[j];
      for (const auto& r : rows) row[j] -= r[p] * r[j];
    }
    if (!(row[p] > kDependent)) break;
    const long double pivot = std::sqrt(row[p]);
    for (std::size_t j = 0; j < D; ++j) {
      row[j] /= pivot;
      left[j] -= row[j] * row[j];
    }
    left[p] = -1.0L;
    rows.push_back(row);
  }
  for (auto& row : rows)
    for (std::size_t j = 0; j < D; ++j) row[j] = size[j] > 0.0L ? row[j] / size[j] : 0.0L;
  return rows;
}

/// By Gauss and Jordan.
std::vector<Long> inverse(std::vector<Long> A) {
  const std::size_t d = A.size();
  for (std::size_t a = 0; a < d; ++a) {
    A[a].resize(2 * d, 0.0L);
    A[a][d + a] = 1.0L;
  }
  for (std::size_t k = 0; k < d; ++k) {
    std::size_t best = k;
    for (std::size_t a = k; a < d; ++a)
      if (std::abs(A[a][k]) > std::abs(A[best][k])) best = a;
    std::swap(A[k], A[best]);
    const long double pivot = A[k][k];
    for (long double& v : A[k]) v /= pivot;
    for (std::size_t a = 0; a < d; ++a) {
      const long double factor = A[a][k];
      if (a == k || factor == 0.0L) continue;
      for (std::size_t b = 0; b < 2 * d; ++b) A[a][b] -= factor * A[k][b];
    }
  }
  for (auto& row : A) row.erase(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(d));
  return A;
}

}  // namespace

std::vector<std::vector<double>> coordinates(const Data& data) {
  const std::size_t D = data.X.cols;
  const std::vector<Long> rows = spanning_rows(data);
  const std::size_t d = rows.size();
  std::vector<Long> A(d, Long(d, 0.0L));
  for (std::size_t a = 0; a < d; ++a)
    for (std::size_t b = 0; b < d; ++b)
      for (std::size_t j = 0; j < D; ++j) A[a][b] += rows[a][j] * rows[b][j];
  A = inverse(std::move(A));
  std::vector<std::vector<double>> B(d, std::vector<double>(D, 0.0));  // R B = I: B = R' (R R')^-1
  for (std::size_t a = 0; a < d; ++a)
    for (std::size_t b = 0; b < d; ++b)
      for (std::size_t j = 0; j < D; ++j) B[a][j] += static_cast<double>(rows[b][j] * A[b][a]);
  return B;
}

}  // namespace burelu::verify
