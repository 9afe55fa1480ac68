// Bodies of kernels.hpp for one instruction set. The including file defines BURELU_ISA_NAMESPACE, BURELU_ISA_NAME,
// BURELU_ISA_VECTOR (doubles in a register) and BURELU_ISA_GROUP (registers per row of the scan's register block).
// GCC vector types: `Wide` is 8 doubles whatever the instruction set.

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "cpu/isa/kernels.hpp"
#include "seam/entry.hpp"

namespace burelu::isa::BURELU_ISA_NAMESPACE {
namespace {

constexpr int kVec = BURELU_ISA_VECTOR;
constexpr int kGroup = BURELU_ISA_GROUP;
constexpr int kStrip = 4;  // rows of the scan's register block
typedef double Wide __attribute__((vector_size(sizeof(double) * kLanes), may_alias));
typedef std::int64_t Order __attribute__((vector_size(sizeof(std::int64_t) * kLanes)));
typedef double Loose __attribute__((vector_size(sizeof(double) * kLanes), may_alias, aligned(8)));

// References, not values: passing wide vectors by value is an ABI question. Not templates: those drop the attributes.
inline const Wide& wide(const double* p) { return *reinterpret_cast<const Wide*>(p); }
inline Wide& wide(double* p) { return *reinterpret_cast<Wide*>(p); }
inline const Loose& loose(const double* p) { return *reinterpret_cast<const Loose*>(p); }
inline Loose& loose(double* p) { return *reinterpret_cast<Loose*>(p); }

#include "cpu/isa/pairs.inl"
#include "cpu/isa/scan.inl"

double dot(const double* x, const double* y, std::int64_t n) {
  Wide sum{};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) sum += loose(x + i) * loose(y + i);
  double total = ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
  for (; i < n; ++i) total += x[i] * y[i];
  return total;
}

void dot3(const double* column, const double* s, const double* y, const double* g, std::int64_t n, double out[3]) {
  Wide sums[3] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const Wide c = loose(column + i);
    sums[0] += c * loose(s + i);
    sums[1] += c * loose(y + i);
    sums[2] += c * loose(g + i);
  }
  for (int k = 0; k < 3; ++k) {
    const Wide v = sums[k];
    out[k] = ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7]));
  }
  for (; i < n; ++i) {
    out[0] += column[i] * s[i];
    out[1] += column[i] * y[i];
    out[2] += column[i] * g[i];
  }
}

void combine(const double* const* columns, const double* coefficients, int count, double* out, std::int64_t n) {
  constexpr std::int64_t kBlock = 4 * kLanes;  // four registers of sums stay in the register file over all columns
  std::int64_t i = 0;
  for (; i + kBlock <= n; i += kBlock) {
    Wide sums[4];
    for (int b = 0; b < 4; ++b) sums[b] = loose(out + i + b * kLanes);
    for (int k = 0; k < count; ++k)
      for (int b = 0; b < 4; ++b) sums[b] += coefficients[k] * loose(columns[k] + i + b * kLanes);
    for (int b = 0; b < 4; ++b) loose(out + i + b * kLanes) = sums[b];
  }
  for (; i < n; ++i)
    for (int k = 0; k < count; ++k) out[i] += coefficients[k] * columns[k][i];
}

}  // namespace

const Kernels kTable = {BURELU_ISA_NAME, pair_pass, pair_update, scan_tile, dot3, dot, combine};

}  // namespace burelu::isa::BURELU_ISA_NAMESPACE
