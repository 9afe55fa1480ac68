// The scan's comparison of all pairs of two tiles: part of kernels.inl. 2 r flops a pair in single precision; S stays
// in registers.

constexpr int kFloats = 2 * kVec;
typedef float FloatVec __attribute__((vector_size(sizeof(float) * kFloats), may_alias));

inline const FloatVec& float_vec(const float* p) { return *reinterpret_cast<const FloatVec*>(p); }

// Bit l: lane l is less than `below`.
inline std::uint64_t lanes_below(const FloatVec& s, float below) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask(reinterpret_cast<const __m512&>(s), _mm512_set1_ps(below), _CMP_LT_OQ);
#elif defined(__AVX2__)
  const __m256 less = _mm256_cmp_ps(reinterpret_cast<const __m256&>(s), _mm256_set1_ps(below), _CMP_LT_OQ);
  return static_cast<std::uint64_t>(_mm256_movemask_ps(less));
#else
  std::uint64_t mask = 0;
  for (int l = 0; l < kFloats; ++l) mask |= static_cast<std::uint64_t>(s[l] < below) << l;
  return mask;
#endif
}

void scan_tile(const ScanTile& t, std::uint64_t near[kScanTile]) {
  for (int row = 0; row < kScanTile; row += kStrip) {
    std::uint64_t found[kStrip] = {};
    const float* f = t.rows + static_cast<std::int64_t>(row) * t.rank;
    for (int column = 0; column < kScanTile; column += kGroup * kFloats) {
      FloatVec acc[kStrip][kGroup] = {};
      const float* cols = t.cols + column;
      for (int k = 0; k < t.rank; ++k) {
        FloatVec right[kGroup];
        for (int b = 0; b < kGroup; ++b) right[b] = float_vec(cols + k * kScanTile + b * kFloats);
        for (int a = 0; a < kStrip; ++a) {
          const float left = f[a * t.rank + k];
          for (int b = 0; b < kGroup; ++b) acc[a][b] += left * right[b];
        }
      }
      for (int a = 0; a < kStrip; ++a)
        for (int b = 0; b < kGroup; ++b) found[a] |= lanes_below(acc[a][b], t.below) << (column + b * kFloats);
    }
    for (int a = 0; a < kStrip; ++a) near[row + a] = found[a];
  }
}
