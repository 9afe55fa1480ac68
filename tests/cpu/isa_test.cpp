// Every instruction set computes what the plainest one does.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "cpu/isa/kernels.hpp"
#include "linalg/buffer.hpp"

namespace burelu::test {
namespace {

std::vector<const isa::Kernels*> runnable() {
  std::vector<const isa::Kernels*> out{&isa::kernels_baseline()};
#if defined(BURELU_X86_DISPATCH)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out.push_back(&isa::kernels_avx2());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    out.push_back(&isa::kernels_avx512());
#endif
  return out;
}

// Rows of F with lists of random lengths, filled up as PairList does; `share` of the multipliers are positive.
struct PairData {
  int rank, stride, rows;
  Buffer<double> factor, gradient, multipliers, previous;
  Buffer<float> weights;
  std::vector<std::int64_t> offset{0};
  std::vector<std::int32_t> columns;

  PairData(int r, double share, unsigned seed)
      : rank(r), stride((r + isa::kLanes - 1) / isa::kLanes * isa::kLanes), rows(13) {
    std::mt19937 engine(seed);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    factor = Buffer<double>(rows * stride);
    gradient = Buffer<double>(rows * stride);
    gradient.fill(std::nan(""));  // every row is written
    for (int i = 0; i < rows; ++i)
      for (int l = 0; l < rank; ++l) factor[i * stride + l] = normal(engine);
    std::vector<double> t;
    for (int i = 0; i < rows; ++i) {
      const int length = i * 5 % 23;
      for (int k = 0; k < (length + isa::kLanes - 1) / isa::kLanes * isa::kLanes; ++k) {
        columns.push_back(k < length ? (i + 1 + k % (rows - 1)) % rows : i);
        t.push_back(k >= length               ? -__builtin_huge_val()
                    : uniform(engine) < share ? 5.0 * std::fabs(normal(engine))
                                              : 0.0);
      }
      offset.push_back(static_cast<std::int64_t>(columns.size()));
    }
    const auto size = static_cast<std::int64_t>(t.size());
    multipliers = Buffer<double>(size);
    previous = Buffer<double>(size);
    weights = Buffer<float>(size);
    for (std::int64_t e = 0; e < size; ++e) {
      multipliers[e] = t[static_cast<std::size_t>(e)];
      previous[e] = std::fabs(normal(engine));
      weights[e] = static_cast<float>(0.1 + uniform(engine));
    }
  }
  isa::PairRows pairs() {
    return {factor.data(),   gradient.data(), stride, offset.data(), columns.data(), multipliers.data(),
            previous.data(), weights.data(),  0.7};
  }
  double product(int i, int j) const {
    double sum = 0.0;
    for (int l = 0; l < rank; ++l) sum += factor[i * stride + l] * factor[j * stride + l];
    return sum;
  }
};

// The choice is made once in a process: each wish in one of its own. Where the processor lacks it there is what it has.
TEST(IsaChoice, TheWishOfTheEnvironmentIsAMost) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const std::vector<std::string> names{"baseline", "avx2", "avx512"};
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string expected = names[std::min(k, runnable().size() - 1)];
    const auto choose = [&] {
      ::setenv("BURELU_ISA", names[k].c_str(), 1);
      std::fputs(isa::kernels().name, stderr);
      std::exit(0);
    };
    EXPECT_EXIT(choose(), ::testing::ExitedWithCode(0), "^" + expected + "$") << names[k];
  }
}

TEST(Isa, PassAndUpdateAreTheirDefinitions) {
  for (const isa::Kernels* kernels : runnable())
    for (const int rank : {1, 7, 8, 16, 20, 24, 33, 40, 48, 50, 70}) {
      PairData data(rank, 0.3, 17);
      PairData updated(rank, 0.3, 17);
      const double penalty = kernels->pair_pass(data.pairs(), 0, data.rows);
      entry::UpdateSums sums;
      kernels->pair_update(updated.pairs(), 0, data.rows, sums);
      double expected = 0.0;
      double change = 0.0;
      std::vector<double> gradient(static_cast<std::size_t>(data.rows * data.stride));
      for (int i = 0; i < data.rows; ++i)
        for (auto e = data.offset[static_cast<std::size_t>(i)]; e < data.offset[static_cast<std::size_t>(i) + 1]; ++e) {
          const int j = data.columns[static_cast<std::size_t>(e)];
          const double h = std::fmax(data.multipliers[e] - 0.7 * data.product(i, j), 0.0);
          if (data.multipliers[e] < 0.0) {
            EXPECT_EQ(updated.multipliers[e], data.multipliers[e]) << "what fills up a row was written";
            continue;
          }
          EXPECT_NEAR(updated.multipliers[e], h, 1e-12 * (1.0 + h)) << kernels->name;
          expected += data.weights[e] * h * h;
          change += data.weights[e] * (h - data.multipliers[e]) * (h - data.multipliers[e]);
          for (int l = 0; l < rank; ++l)
            gradient[static_cast<std::size_t>(i * data.stride + l)] +=
                data.weights[e] * h * data.factor[j * data.stride + l];
        }
      EXPECT_NEAR(penalty, expected, 1e-12 * expected) << kernels->name << " rank " << rank;
      EXPECT_NEAR(sums.penalty, expected, 1e-12 * expected) << kernels->name << " rank " << rank;
      EXPECT_NEAR(sums.change, change, 1e-12 * change);
      for (std::size_t k = 0; k < gradient.size(); ++k) {
        EXPECT_NEAR(data.gradient[static_cast<std::int64_t>(k)], gradient[k], 1e-11)
            << kernels->name << " rank " << rank;
        EXPECT_NEAR(updated.gradient[static_cast<std::int64_t>(k)], gradient[k], 1e-11) << kernels->name;
      }
    }
}

// Without a positive hinge no weight is read.
TEST(Isa, ZeroHingesCostNoProductBack) {
  for (const isa::Kernels* kernels : runnable()) {
    PairData data(20, 0.0, 18);
    data.factor.fill(0.0);  // S = 0 and T' = 0
    for (std::int64_t e = 0; e < data.weights.size(); ++e) data.weights[e] = std::nanf("");
    EXPECT_EQ(kernels->pair_pass(data.pairs(), 0, data.rows), 0.0) << kernels->name;
    for (std::int64_t k = 0; k < data.gradient.size(); ++k) EXPECT_EQ(data.gradient[k], 0.0);
  }
}

// Both entries of a pair see the same product, wherever they stand in their rows.
TEST(Isa, ProductsAreSymmetricBitForBit) {
  for (const isa::Kernels* kernels : runnable())
    for (const int rank : {9, 24, 61}) {
      PairData data(rank, 0.0, 19);
      const int n = data.rows;
      std::vector<std::int32_t> columns;
      std::vector<std::int64_t> offset{0};
      for (int i = 0; i < n; ++i) {
        for (int j = 0; j < 16; ++j) columns.push_back((i + j) % n);
        offset.push_back(static_cast<std::int64_t>(columns.size()));
      }
      Buffer<double> hinge(n * 16);
      Buffer<double> none(n * 16);
      Buffer<float> weights(n * 16);
      isa::PairRows pairs = data.pairs();
      pairs.offset = offset.data();
      pairs.column = columns.data();
      pairs.multiplier = hinge.data();
      pairs.previous = none.data();
      pairs.weight = weights.data();
      pairs.sigma = -1.0;  // h = (S)_+
      entry::UpdateSums sums;
      kernels->pair_update(pairs, 0, n, sums);
      for (int i = 0; i < n; ++i)
        for (int j = 0; j < 13; ++j) {
          const int other = (i + j) % n;
          EXPECT_EQ(hinge[i * 16 + j], hinge[other * 16 + (n - j) % n]) << kernels->name;
        }
    }
}

TEST(Isa, ScanMarksWhatIsBelow) {
  std::mt19937 engine(5);
  std::normal_distribution<float> normal;
  for (const int rank : {1, 2, 17, 40}) {
    Buffer<float> rows(isa::kScanTile * rank);
    Buffer<float> cols(isa::kScanTile * rank);
    for (std::int64_t k = 0; k < rows.size(); ++k) {
      rows[k] = normal(engine);
      cols[k] = normal(engine);
    }
    for (int l = 0; l < rank; ++l) rows[3 * rank + l] = cols[l * isa::kScanTile + 5] = std::nanf("");
    for (const isa::Kernels* kernels : runnable()) {
      std::uint64_t near[isa::kScanTile];
      kernels->scan_tile({rows.data(), cols.data(), rank, 0.25F}, near);
      for (int i = 0; i < isa::kScanTile; ++i)
        for (int j = 0; j < isa::kScanTile; ++j) {
          double product = 0.0;
          for (int l = 0; l < rank; ++l)
            product += static_cast<double>(rows[i * rank + l]) * static_cast<double>(cols[l * isa::kScanTile + j]);
          const bool marked = (near[i] >> j & 1U) != 0;
          if (i == 3 || j == 5) {
            EXPECT_FALSE(marked) << "a row that is none";
          } else if (std::fabs(product - 0.25) > 1e-4) {
            EXPECT_EQ(marked, product < 0.25) << kernels->name << " rank " << rank;
          }
        }
    }
  }
}

TEST(Isa, VectorKernelsAgreeAtOddLengths) {
  std::mt19937 engine(3);
  std::normal_distribution<double> normal;
  for (const std::int64_t n : {1, 7, 8, 9, 31, 32, 33, 257}) {
    std::vector<double> v[3];
    for (auto& x : v) {
      x.resize(static_cast<std::size_t>(n) + 1);
      for (double& value : x) value = normal(engine);
    }
    std::vector<std::vector<float>> panel(11, std::vector<float>(static_cast<std::size_t>(n)));
    for (auto& column : panel)
      for (float& value : column) value = static_cast<float>(normal(engine));
    const auto near = 1e-12 * static_cast<double>(n);
    for (const isa::Kernels* kernels : runnable()) {
      double expected[3] = {1.0, 2.0, 3.0};
      double out[3] = {1.0, 2.0, 3.0};
      double first = 0.0;
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
        for (int k = 0; k < 3; ++k) expected[k] += static_cast<double>(panel[0][i]) * v[k][i];
        first += v[0][i] * v[1][i];
      }
      kernels->dot3(panel[0].data(), v[0].data(), v[1].data(), v[2].data(), n, out);
      for (int k = 0; k < 3; ++k) EXPECT_NEAR(out[k], expected[k], near);
      EXPECT_NEAR(kernels->dot_single(panel[0].data(), v[0].data(), n), expected[0] - 1.0, near);
      EXPECT_NEAR(kernels->dot(v[0].data(), v[1].data(), n), first, near);
      for (const int count : {1, 3, 8, 11}) {
        std::vector<double> sum(v[2]);
        std::vector<const float*> columns;
        std::vector<double> coefficients;
        for (int k = 0; k < count; ++k) {
          columns.push_back(panel[static_cast<std::size_t>(k)].data());
          coefficients.push_back(0.5 * k - 2.0);
        }
        kernels->combine(columns.data(), coefficients.data(), count, sum.data(), n);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
          double wanted = v[2][i];
          for (int k = 0; k < count; ++k)
            wanted += coefficients[static_cast<std::size_t>(k)] * panel[static_cast<std::size_t>(k)][i];
          EXPECT_NEAR(sum[i], wanted, 1e-12);
        }
        EXPECT_EQ(sum[static_cast<std::size_t>(n)], v[2][static_cast<std::size_t>(n)]) << "wrote past the end";
      }
    }
  }
}

}  // namespace
}  // namespace burelu::test
