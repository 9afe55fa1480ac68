// Every instruction set computes what the plainest one does.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "cpu/isa/kernels.hpp"
#include "linalg/buffer.hpp"

namespace burelu::test {
namespace {

using isa::kTile;

std::vector<const isa::Kernels*> runnable() {
  std::vector<const isa::Kernels*> out{&isa::kernels_baseline()};
#if defined(BURELU_X86_DISPATCH)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out.push_back(&isa::kernels_avx2());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    out.push_back(&isa::kernels_avx512());
#endif
  return out;
}

// A tile with random contents; `share` of the multipliers are positive.
struct TileData {
  int rank, stride;
  Buffer<double> rows, cols, transposed, gradient_rows, gradient_cols, multipliers, previous, importance;
  Buffer<float> weights;

  TileData(int r, double share, unsigned seed) : rank(r), stride((r + isa::kLanes - 1) / isa::kLanes * isa::kLanes) {
    std::mt19937 engine(seed);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    for (Buffer<double>* b : {&rows, &cols, &gradient_rows, &gradient_cols}) *b = Buffer<double>(kTile * stride);
    transposed = Buffer<double>(kTile * rank);
    multipliers = Buffer<double>(kTile * kTile);
    previous = Buffer<double>(kTile * kTile);
    importance = Buffer<double>(kTile);
    weights = Buffer<float>(kTile * kTile);
    for (int i = 0; i < kTile; ++i) {
      importance[i] = 0.5 + uniform(engine);
      for (int l = 0; l < rank; ++l) {
        rows[i * stride + l] = normal(engine);
        cols[i * stride + l] = transposed[l * kTile + i] = normal(engine);
      }
      for (int j = 0; j < kTile; ++j) {
        weights[i * kTile + j] = static_cast<float>(0.1 + uniform(engine));
        const bool active = uniform(engine) < share;
        multipliers[i * kTile + j] = active ? 5.0 * std::fabs(normal(engine)) : 0.0;
        previous[i * kTile + j] = std::fabs(normal(engine));
      }
    }
    multipliers[3 * kTile + 5] = -__builtin_huge_val();  // a tied pair
  }
  isa::Tile tile(bool diagonal) {
    return {rows.data(),
            cols.data(),
            transposed.data(),
            gradient_rows.data(),
            diagonal ? nullptr : gradient_cols.data(),
            multipliers.data(),
            previous.data(),
            weights.data(),
            importance.data(),
            importance.data(),
            rank,
            stride,
            0.7};
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

TEST(Isa, TilePassIsItsDefinition) {
  for (const isa::Kernels* kernels : runnable())
    for (const int rank : {1, 7, 8, 20, 24, 33, 50})
      for (const bool diagonal : {false, true}) {
        TileData data(rank, 0.1, 17);
        const double penalty = kernels->tile_pass(data.tile(diagonal));
        double expected = 0.0;
        std::vector<double> gr(static_cast<std::size_t>(kTile * data.stride));
        std::vector<double> gc(gr);
        for (int i = 0; i < kTile; ++i)
          for (int j = 0; j < kTile; ++j) {
            double product = 0.0;
            for (int l = 0; l < rank; ++l) product += data.rows[i * data.stride + l] * data.cols[j * data.stride + l];
            const double h = std::fmax(data.multipliers[i * kTile + j] - 0.7 * product, 0.0);
            const double g = data.importance[i] * data.weights[i * kTile + j] * data.importance[j] * h;
            expected += g * h;
            for (int l = 0; l < rank; ++l) {
              gr[static_cast<std::size_t>(i * data.stride + l)] += g * data.cols[j * data.stride + l];
              if (!diagonal) gc[static_cast<std::size_t>(j * data.stride + l)] += g * data.rows[i * data.stride + l];
            }
          }
        EXPECT_NEAR(penalty, expected, 1e-12 * expected) << kernels->name << " rank " << rank;
        for (std::size_t k = 0; k < gr.size(); ++k) {
          EXPECT_NEAR(data.gradient_rows[static_cast<std::int64_t>(k)], gr[k], 1e-10) << kernels->name;
          EXPECT_NEAR(data.gradient_cols[static_cast<std::int64_t>(k)], gc[k], 1e-10) << kernels->name;
        }
      }
}

TEST(Isa, AllZeroTilesCostNoProductBack) {
  for (const isa::Kernels* kernels : runnable()) {
    TileData data(20, 0.0, 18);
    data.rows.fill(0.0);                                                                        // S = 0 and T' = 0
    std::memset(static_cast<void*>(data.weights.data()), 0xff, sizeof(float) * kTile * kTile);  // NaN: must not be read
    EXPECT_EQ(kernels->tile_pass(data.tile(false)), 0.0) << kernels->name;
    for (std::int64_t k = 0; k < data.gradient_rows.size(); ++k) EXPECT_EQ(data.gradient_rows[k], 0.0);
  }
}

TEST(Isa, VectorKernelsAgreeAtOddLengths) {
  std::mt19937 engine(3);
  std::normal_distribution<double> normal;
  for (const std::int64_t n : {1, 7, 8, 9, 31, 32, 33, 257}) {
    std::vector<double> v[4];
    for (auto& x : v) {
      x.resize(static_cast<std::size_t>(n) + 1);
      for (double& value : x) value = normal(engine);
    }
    for (const isa::Kernels* kernels : runnable()) {
      double expected[3] = {0.0, 0.0, 0.0};
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
        for (int k = 0; k < 3; ++k) expected[k] += v[0][i] * v[k + 1][i];
      double out[3];
      kernels->dot3(v[0].data(), v[1].data(), v[2].data(), v[3].data(), n, out);
      for (int k = 0; k < 3; ++k) EXPECT_NEAR(out[k], expected[k], 1e-12 * static_cast<double>(n));
      EXPECT_NEAR(kernels->dot(v[0].data(), v[1].data(), n), expected[0], 1e-12 * static_cast<double>(n));
      std::vector<double> sum(v[3]);
      const double* columns[3] = {v[0].data(), v[1].data(), v[2].data()};
      const double coefficients[3] = {0.5, -2.0, 3.0};
      kernels->combine(columns, coefficients, 3, sum.data(), n);
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
        EXPECT_NEAR(sum[i], v[3][i] + 0.5 * v[0][i] - 2.0 * v[1][i] + 3.0 * v[2][i], 1e-13);
      EXPECT_EQ(sum[static_cast<std::size_t>(n)], v[3][static_cast<std::size_t>(n)]) << "wrote past the end";
    }
  }
}

}  // namespace
}  // namespace burelu::test
