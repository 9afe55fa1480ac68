// Bodies of kernels.hpp for one instruction set. The including file defines BURELU_ISA_NAMESPACE, BURELU_ISA_NAME,
// BURELU_ISA_VECTOR (doubles in a register) and BURELU_ISA_GROUP (registers per row of the register block).
// GCC vector types: `Vec` is one register, `Wide` 8 doubles whatever the instruction set.

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "cpu/isa/kernels.hpp"
#include "seam/entry.hpp"

namespace burelu::isa::BURELU_ISA_NAMESPACE {
namespace {

constexpr int kVec = BURELU_ISA_VECTOR;
constexpr int kGroup = BURELU_ISA_GROUP;
constexpr int kStrip = 4;  // rows of the register block
typedef double Vec __attribute__((vector_size(sizeof(double) * kVec), may_alias));
typedef double Wide __attribute__((vector_size(sizeof(double) * kLanes), may_alias));
typedef double Loose __attribute__((vector_size(sizeof(double) * kLanes), may_alias, aligned(8)));

// References, not values: passing wide vectors by value is an ABI question. Not templates: those drop the attributes.
inline const Vec& vec(const double* p) { return *reinterpret_cast<const Vec*>(p); }
inline Vec& vec(double* p) { return *reinterpret_cast<Vec*>(p); }
inline const Wide& wide(const double* p) { return *reinterpret_cast<const Wide*>(p); }
inline Wide& wide(double* p) { return *reinterpret_cast<Wide*>(p); }
inline const Loose& loose(const double* p) { return *reinterpret_cast<const Loose*>(p); }
inline Loose& loose(double* p) { return *reinterpret_cast<Loose*>(p); }

// A block of kStrip rows by kGroup registers of S, columns from `column` on.
inline void product_block(const Tile& t, int row, int column, Vec acc[kStrip][kGroup]) {
  for (int a = 0; a < kStrip; ++a)
    for (int b = 0; b < kGroup; ++b) acc[a][b] = Vec{};
  const double* f = t.rows + static_cast<std::int64_t>(row) * t.stride;
  const double* ft = t.cols_transposed + column;
  for (int k = 0; k < t.rank; ++k) {
    Vec right[kGroup];
    for (int b = 0; b < kGroup; ++b) right[b] = vec(ft + k * kTile + b * kVec);
    for (int a = 0; a < kStrip; ++a) {
      const double left = f[a * t.stride + k];
      for (int b = 0; b < kGroup; ++b) acc[a][b] += left * right[b];
    }
  }
}

// Columns of a strip with an entry above zero, as a bit mask. h is nonnegative, so sums tell.
inline std::uint32_t nonzero_columns(const double* h) {
  std::uint32_t mask = 0;
#if defined(__AVX512F__)
  for (int b = 0; b < kTile / 8; ++b) {
    __m512d sum = _mm512_setzero_pd();
    for (int a = 0; a < kStrip; ++a) sum = _mm512_add_pd(sum, _mm512_load_pd(h + a * kTile + 8 * b));
    mask |= static_cast<std::uint32_t>(_mm512_cmp_pd_mask(sum, _mm512_setzero_pd(), _CMP_GT_OQ)) << (8 * b);
  }
#else
  for (int j = 0; j < kTile; ++j) {
    const double sum = h[j] + h[kTile + j] + h[2 * kTile + j] + h[3 * kTile + j];
    mask |= static_cast<std::uint32_t>(sum > 0.0) << j;
  }
#endif
  return mask;
}

// gradient_rows += G F_J and gradient_cols += G' F_I for one strip, kChunk * 8 columns of F from `offset` on.
template <int kChunk, bool kBoth>
inline void back_product(const Tile& t, int row, int offset, const double* g, std::uint32_t mask) {
  Wide acc[kStrip][kChunk];
  Wide left[kStrip][kChunk];
  for (int a = 0; a < kStrip; ++a)
    for (int b = 0; b < kChunk; ++b) {
      acc[a][b] = Wide{};
      left[a][b] = wide(t.rows + static_cast<std::int64_t>(row + a) * t.stride + offset + b * kLanes);
    }
  for (; mask != 0; mask &= mask - 1) {
    const int j = __builtin_ctz(mask);
    const std::int64_t place = static_cast<std::int64_t>(j) * t.stride + offset;
    for (int b = 0; b < kChunk; ++b) {
      const Wide right = wide(t.cols + place + b * kLanes);
      for (int a = 0; a < kStrip; ++a) acc[a][b] += g[a * kTile + j] * right;
      if constexpr (kBoth) {
        Wide& out = wide(t.gradient_cols + place + b * kLanes);
        for (int a = 0; a < kStrip; ++a) out += g[a * kTile + j] * left[a][b];
      }
    }
  }
  for (int a = 0; a < kStrip; ++a)
    for (int b = 0; b < kChunk; ++b) {
      double* out = t.gradient_rows + static_cast<std::int64_t>(row + a) * t.stride + offset + b * kLanes;
      wide(out) += acc[a][b];
    }
}

template <bool kBoth>
inline void back_products(const Tile& t, int row, const double* g, std::uint32_t mask) {
  int offset = 0;
  for (; offset + 3 * kLanes <= t.stride; offset += 3 * kLanes) back_product<3, kBoth>(t, row, offset, g, mask);
  const int rest = (t.stride - offset) / kLanes;
  if (rest == 2) back_product<2, kBoth>(t, row, offset, g, mask);
  if (rest == 1) back_product<1, kBoth>(t, row, offset, g, mask);
}

// One strip with its hinge h (kStrip x kTile): weights, penalty, products back. Returns sum w h^2.
inline double finish_strip(const Tile& t, int row, const double* h) {
  const std::uint32_t mask = nonzero_columns(h);
  if (mask == 0) return 0.0;
  alignas(64) double g[kStrip * kTile];
  double penalty = 0.0;
  for (int a = 0; a < kStrip; ++a) {
    const double q = t.importance_rows[row + a];
    const float* w = t.weights + (row + a) * kTile;
    Wide sum{};
    for (int j = 0; j < kTile; j += kLanes) {
      Wide weight;
      for (int l = 0; l < kLanes; ++l) weight[l] = w[j + l];
      const Wide hinge = wide(h + a * kTile + j);
      const Wide value = q * weight * wide(t.importance_cols + j) * hinge;
      wide(g + a * kTile + j) = value;
      sum += value * hinge;
    }
    penalty += ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
  }
  if (t.gradient_cols != nullptr) {
    back_products<true>(t, row, g, mask);
  } else {
    back_products<false>(t, row, g, mask);
  }
  return penalty;
}

double tile_pass(const Tile& t) {
  alignas(64) double h[kStrip * kTile];
  double penalty = 0.0;
  for (int row = 0; row < kTile; row += kStrip) {
    Vec any{};
    for (int column = 0; column < kTile; column += kGroup * kVec) {
      Vec acc[kStrip][kGroup];
      product_block(t, row, column, acc);
      for (int a = 0; a < kStrip; ++a)
        for (int b = 0; b < kGroup; ++b) {
          const int j = column + b * kVec;
          Vec value = vec(t.scaled_multipliers + (row + a) * kTile + j) - t.sigma * acc[a][b];
          value = value <= 0.0 ? Vec{} : value;  // NaN stays NaN
          vec(h + a * kTile + j) = value;
          any += value;
        }
    }
    double total = 0.0;
    for (int l = 0; l < kVec; ++l) total += any[l];
    if (total != 0.0) penalty += finish_strip(t, row, h);  // NaN counts as nonzero
  }
  return penalty;
}

entry::UpdateSums tile_update(const Tile& t) {
  alignas(64) double h[kStrip * kTile];
  alignas(64) double s[kStrip * kTile];
  entry::UpdateSums sums;
  for (int row = 0; row < kTile; row += kStrip) {
    for (int column = 0; column < kTile; column += kGroup * kVec) {
      Vec acc[kStrip][kGroup];
      product_block(t, row, column, acc);
      for (int a = 0; a < kStrip; ++a)
        for (int b = 0; b < kGroup; ++b) vec(s + a * kTile + column + b * kVec) = acc[a][b];
    }
    for (int a = 0; a < kStrip; ++a)
      for (int j = 0; j < kTile; ++j) {
        const int place = (row + a) * kTile + j;
        const double product = s[a * kTile + j];
        double& multiplier = t.scaled_multipliers[place];
        if (multiplier == -__builtin_huge_val()) {
          h[a * kTile + j] = 0.0;
          continue;
        }
        const double w = t.importance_rows[row + a] * t.weights[place] * t.importance_cols[j];
        multiplier = entry::update(multiplier, t.previous[place], product, w, t.sigma, 1.0, sums);
        h[a * kTile + j] = multiplier;
      }
    finish_strip(t, row, h);
  }
  return sums;
}

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

const Kernels kTable = {BURELU_ISA_NAME, tile_pass, tile_update, dot3, dot, combine};

}  // namespace burelu::isa::BURELU_ISA_NAMESPACE
