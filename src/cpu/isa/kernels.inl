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
typedef float LooseFloat __attribute__((vector_size(sizeof(float) * kLanes), may_alias, aligned(4)));

// References, not values: passing wide vectors by value is an ABI question. Not templates: those drop the attributes.
inline const Wide& wide(const double* p) { return *reinterpret_cast<const Wide*>(p); }
inline Wide& wide(double* p) { return *reinterpret_cast<Wide*>(p); }
inline const Loose& loose(const double* p) { return *reinterpret_cast<const Loose*>(p); }
inline const LooseFloat& loose(const float* p) { return *reinterpret_cast<const LooseFloat*>(p); }
inline Loose& loose(double* p) { return *reinterpret_cast<Loose*>(p); }

inline double total_of(const Wide& v) { return ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7])); }

#include "cpu/isa/pairs.inl"
#include "cpu/isa/scan.inl"

double dot(const double* x, const double* y, std::int64_t n) {
  Wide sum{};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) sum += loose(x + i) * loose(y + i);
  double total = total_of(sum);
  for (; i < n; ++i) total += x[i] * y[i];
  return total;
}

inline void widened(const float* p, Wide& out) { out = __builtin_convertvector(loose(p), Wide); }

void dot3(const float* column, const double* s, const double* y, const double* g, std::int64_t n, double out[3]) {
  Wide sums[3] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Wide c;
    widened(column + i, c);
    sums[0] += c * loose(s + i);
    sums[1] += c * loose(y + i);
    sums[2] += c * loose(g + i);
  }
  for (int k = 0; k < 3; ++k) out[k] += total_of(sums[k]);
  for (; i < n; ++i) {
    const double c = column[i];
    out[0] += c * s[i];
    out[1] += c * y[i];
    out[2] += c * g[i];
  }
}

double dot_single(const float* x, const double* y, std::int64_t n) {
  Wide sum{};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Wide c;
    widened(x + i, c);
    sum += c * loose(y + i);
  }
  double total = total_of(sum);
  for (; i < n; ++i) total += static_cast<double>(x[i]) * y[i];
  return total;
}

template <int kCount>
inline void combine_some(const float* const* columns, const double* coefficients, double* out, std::int64_t n) {
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Wide sum = loose(out + i);
    for (int k = 0; k < kCount; ++k) {
      Wide c;
      widened(columns[k] + i, c);
      sum += coefficients[k] * c;
    }
    loose(out + i) = sum;
  }
  for (; i < n; ++i)
    for (int k = 0; k < kCount; ++k) out[i] += coefficients[k] * columns[k][i];
}

void combine(const float* const* columns, const double* coefficients, int count, double* out, std::int64_t n) {
  int k = 0;
  for (; k + 8 <= count; k += 8) combine_some<8>(columns + k, coefficients + k, out, n);
  for (; k + 2 <= count; k += 2) combine_some<2>(columns + k, coefficients + k, out, n);
  for (; k < count; ++k) combine_some<1>(columns + k, coefficients + k, out, n);
}

}  // namespace

const Kernels kTable = {BURELU_ISA_NAME, pair_pass, pair_update, scan_tile, dot3, dot_single, dot, combine};

}  // namespace burelu::isa::BURELU_ISA_NAMESPACE
