// The interaction pass over lists of pairs: part of kernels.inl.
//
// Eight entries of a row at a time: their eight products S_pq by register sums that are transposed together, the hinge,
// and F_q once more, which is in the first cache, where it is positive. nnz (2 + 2 active share) r flops; F is read
// twice per entry, 16 bytes of the list once. Both entries of a pair sum their product in the same order: T stays
// symmetric bit for bit.

// Lane j of `out`: the sum of the lanes of x[j].
inline void sum_transposed(const Wide x[kLanes], Wide& out) {
  Wide y[4];
  for (int j = 0; j < 4; ++j)
    y[j] = __builtin_shuffle(x[j], x[j + 4], Order{0, 1, 2, 3, 8, 9, 10, 11}) +
           __builtin_shuffle(x[j], x[j + 4], Order{4, 5, 6, 7, 12, 13, 14, 15});
  Wide z[2];
  for (int j = 0; j < 2; ++j)
    z[j] = __builtin_shuffle(y[j], y[j + 2], Order{0, 1, 8, 9, 4, 5, 12, 13}) +
           __builtin_shuffle(y[j], y[j + 2], Order{2, 3, 10, 11, 6, 7, 14, 15});
  out = __builtin_shuffle(z[0], z[1], Order{0, 8, 2, 10, 4, 12, 6, 14}) +
        __builtin_shuffle(z[0], z[1], Order{1, 9, 3, 11, 5, 13, 7, 15});
}

// Products of row `f` with the rows of F in `column`; kChunk registers a row, 0: any number.
template <int kChunk>
inline void eight_products(const PairRows& t, const double* f, const std::int32_t* column, Wide& out) {
  const int chunks = kChunk > 0 ? kChunk : t.stride / kLanes;
  Wide x[kLanes];
  for (int j = 0; j < kLanes; ++j) {
    const double* q = t.factor + static_cast<std::int64_t>(column[j]) * t.stride;
    x[j] = wide(f) * wide(q);
    for (int b = 1; b < chunks; ++b) x[j] += wide(f + b * kLanes) * wide(q + b * kLanes);
  }
  sum_transposed(x, out);
}

// Lanes that are not zero; NaN is not.
inline std::uint32_t nonzero_lanes(const Wide& h) {
#if defined(__AVX512F__)
  return _mm512_cmp_pd_mask(reinterpret_cast<const __m512d&>(h), _mm512_setzero_pd(), _CMP_NEQ_UQ);
#else
  std::uint32_t mask = 0;
  for (int j = 0; j < kLanes; ++j) mask |= static_cast<std::uint32_t>(h[j] != 0.0) << j;
  return mask;
#endif
}

// The sums of one row's products back.
template <int kChunk>
struct RowSum {
  Wide sum[kChunk];
  explicit RowSum(double*, int) {
    for (Wide& value : sum) value = Wide{};
  }
  void add(double g, const double* q) {
    for (int b = 0; b < kChunk; ++b) sum[b] += g * wide(q + b * kLanes);
  }
  void store(double* out) const {
    for (int b = 0; b < kChunk; ++b) wide(out + b * kLanes) = sum[b];
  }
};

template <>
struct RowSum<0> {
  double* out;
  int chunks;
  RowSum(double* to, int stride) : out(to), chunks(stride / kLanes) {
    for (int b = 0; b < chunks; ++b) wide(out + b * kLanes) = Wide{};
  }
  void add(double g, const double* q) const {
    for (int b = 0; b < chunks; ++b) wide(out + b * kLanes) += g * wide(q + b * kLanes);
  }
  void store(double*) const {}
};

inline void eight_weights(const float* w, Wide& out) {
  for (int l = 0; l < kLanes; ++l) out[l] = w[l];
}

template <int kChunk>
double pass_rows(const PairRows& t, std::int64_t begin, std::int64_t end) {
  Wide penalty{};
  for (std::int64_t p = begin; p < end; ++p) {
    const double* f = t.factor + p * t.stride;
    RowSum<kChunk> sum(t.gradient + p * t.stride, t.stride);
    for (std::int64_t e = t.offset[p]; e < t.offset[p + 1]; e += kLanes) {
      Wide h;
      eight_products<kChunk>(t, f, t.column + e, h);
      h = wide(t.multiplier + e) - t.sigma * h;
      h = h <= 0.0 ? Wide{} : h;  // NaN stays NaN
      std::uint32_t mask = nonzero_lanes(h);
      if (mask == 0) continue;
      Wide w;
      eight_weights(t.weight + e, w);
      const Wide g = w * h;
      penalty += g * h;
      for (; mask != 0; mask &= mask - 1) {
        const int j = __builtin_ctz(mask);
        sum.add(g[j], t.factor + static_cast<std::int64_t>(t.column[e + j]) * t.stride);
      }
    }
    sum.store(t.gradient + p * t.stride);
  }
  return total_of(penalty);
}

template <int kChunk>
void update_rows(const PairRows& t, std::int64_t begin, std::int64_t end, entry::UpdateSums& sums) {
  for (std::int64_t p = begin; p < end; ++p) {
    const double* f = t.factor + p * t.stride;
    RowSum<kChunk> sum(t.gradient + p * t.stride, t.stride);
    for (std::int64_t e = t.offset[p]; e < t.offset[p + 1]; e += kLanes) {
      Wide s;
      eight_products<kChunk>(t, f, t.column + e, s);
      for (int j = 0; j < kLanes; ++j) {
        double& multiplier = t.multiplier[e + j];
        if (multiplier == -__builtin_huge_val()) break;  // the row is full
        multiplier = entry::update(multiplier, t.previous[e + j], s[j], t.weight[e + j], t.sigma, 1.0, sums);
        if (multiplier != 0.0)
          sum.add(t.weight[e + j] * multiplier, t.factor + static_cast<std::int64_t>(t.column[e + j]) * t.stride);
      }
    }
    sum.store(t.gradient + p * t.stride);
  }
}

// Ranks up to 48 stay in registers as a whole.
double pair_pass(const PairRows& t, std::int64_t begin, std::int64_t end) {
  switch (t.stride / kLanes) {
    case 1:
      return pass_rows<1>(t, begin, end);
    case 2:
      return pass_rows<2>(t, begin, end);
    case 3:
      return pass_rows<3>(t, begin, end);
    case 4:
      return pass_rows<4>(t, begin, end);
    case 5:
      return pass_rows<5>(t, begin, end);
    case 6:
      return pass_rows<6>(t, begin, end);
    default:
      return pass_rows<0>(t, begin, end);
  }
}

void pair_update(const PairRows& t, std::int64_t begin, std::int64_t end, entry::UpdateSums& sums) {
  update_rows<0>(t, begin, end, sums);
}
