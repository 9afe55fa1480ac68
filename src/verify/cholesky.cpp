// Let Q = mid + E, |E| <= rad. Scaled by powers of two d, row i of |dEd| sums to r_i at most, so
// dQd >= d mid d - diag(r). If Cholesky of C = d mid d - diag(r) - shift I runs to its end in floating point then
// C >= -gamma_{N+1} / (1 - gamma_{N+1}) trace(C) I (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed.,
// theorem 10.3 with |l_i|^2 <= c_ii / (1 - gamma)), and shift is twice that. Plain loops, divisions and no BLAS.
#include "verify/cholesky.hpp"

namespace burelu::verify {
namespace {

constexpr std::size_t kBlock = 64;

double dot(const double* a, const double* b, std::size_t size) {
  double part[8] = {};
  std::size_t k = 0;
  for (; k + 8 <= size; k += 8)
    for (std::size_t l = 0; l < 8; ++l) part[l] += a[k + l] * b[k + l];
  double sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
  for (; k < size; ++k) sum += a[k] * b[k];
  return sum;
}

/// Row-oriented Cholesky, C full storage row-major, lower triangle used. Column blocks keep the reused rows in cache.
bool factorise(std::vector<double>& C, std::size_t order) {
  for (std::size_t first = 0; first < order; first += kBlock) {
    const std::size_t last = std::min(first + kBlock, order);
    for (std::size_t i = first; i < order; ++i) {
      double* row = C.data() + i * order;
      for (std::size_t j = first; j < std::min(last, i + 1); ++j) {
        const double* other = C.data() + j * order;
        const double rest = row[j] - dot(row, other, j);
        if (j < i) {
          row[j] = rest / other[j];
          continue;
        }
        if (!(rest > 0.0) || !std::isfinite(rest)) return false;
        row[i] = std::sqrt(rest);
      }
    }
  }
  return true;
}

}  // namespace

bool certainly_positive(const SymmetricIntervals& matrix) {
  const std::size_t order = matrix.order();
  std::vector<double> scale(order);
  for (std::size_t i = 0; i < order; ++i) {
    const double diagonal = matrix(i, i).low;
    if (!(diagonal > 0.0) || !std::isfinite(matrix(i, i).high)) return false;
    scale[i] = std::ldexp(1.0, -static_cast<int>(std::lround(0.5 * std::log2(diagonal))));
  }
  std::vector<double> C(order * order, 0.0);
  std::vector<double> radius(order, 0.0);
  double trace = 0.0;
  for (std::size_t i = 0; i < order; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const Interval entry = matrix(i, j);
      const double middle = 0.5 * (entry.low + entry.high);
      const double width = up(up(std::max(entry.high - middle, middle - entry.low)) * scale[i] * scale[j]);
      C[i * order + j] = middle * scale[i] * scale[j];
      radius[i] = up(radius[i] + width);
      if (j < i) radius[j] = up(radius[j] + width);
      if (j == i) trace = up(trace + C[i * order + i]);
    }
  const double shift = 2.0 * static_cast<double>(order + 4) * 0x1p-53 * 1.001 * trace + 0x1p-900;
  for (std::size_t i = 0; i < order; ++i) {
    double& diagonal = C[i * order + i];
    diagonal = down(diagonal - up(radius[i] + shift));
  }
  return factorise(C, order);
}

}  // namespace burelu::verify
