// Launchers by themselves, their outputs between sentinels: what a kernel must not touch stays as it was.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels_support.hpp"
#include "multipliers.hpp"
#include "normal_equations.hpp"
#include "rows.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

class RowKernels : public CudaKernels {};
class NormalEquations : public CudaKernels {};

std::vector<double> random_vector(std::int64_t size, std::uint64_t seed) { return gaussian(1, size, seed).data; }

const std::int64_t kSizes[] = {1, 31, 32, 33, 257};

TEST_F(RowKernels, FactorRowsHaveTheirDefinition) {
  const cuda::Stream stream;
  for (const std::int64_t m : kSizes)
    for (const std::int64_t r : {1, 7, 20, 33}) {
      const Guarded P(random_vector(m * r, 1), stream);
      const Guarded S(random_vector(m * r, 2), stream);
      const Guarded norm(std::vector<double>(static_cast<std::size_t>(m), NAN), stream);
      const Guarded F(std::vector<double>(static_cast<std::size_t>(2 * m * r), NAN), stream);
      cuda::factor_rows(stream, {m, r, P.data(), S.data(), norm.data(), F.data(), 0, nullptr, nullptr});
      const std::vector<double> p = P.values();
      const std::vector<double> s = S.values();
      const std::vector<double> f = F.values();
      const std::vector<double> norms = norm.values();
      for (std::int64_t k = 0; k < m; ++k) {
        double product = 0.0;
        double pp = 0.0;
        for (std::int64_t l = 0; l < r; ++l) {
          const auto a = static_cast<std::size_t>(k * r + l);
          const auto b = static_cast<std::size_t>((m + k) * r + l);
          EXPECT_NEAR(f[a] - f[b], p[a], 1e-14 * (1.0 + std::fabs(p[a])));
          EXPECT_GE((f[a] + f[b]) * s[a], 0.0);
          product += f[a] * f[b];
          pp += p[a] * p[a];
        }
        EXPECT_NEAR(product, 0.0, 1e-14 * pp);
        EXPECT_NEAR(norms[static_cast<std::size_t>(k)], std::sqrt(pp), 1e-14 * std::sqrt(pp));
      }
    }
}

TEST_F(NormalEquations, SolveInSharedAndInGlobalMemory) {
  const cuda::Stream stream;
  for (const int r : {1, 2, 15, 16, 17, 33, 50, 64, 90, 150})  // the large ones do not fit in shared memory
    for (const int c : {1, 3, 40}) {
      const Matrix H = gaussian(r + 5, r, 3);
      Matrix normal(r + c, r);
      for (int i = 0; i < r; ++i)
        for (int j = 0; j < r; ++j)
          for (index_t k = 0; k < H.rows; ++k) normal(i, j) += H(k, i) * H(k, j);
      const Matrix B = gaussian(c, r, 4);
      std::copy(B.data.begin(), B.data.end(), normal.data.begin() + r * r);
      const Guarded N(normal.data, stream);
      const auto doubles = static_cast<std::size_t>(cuda::normal_work_doubles(r, c));
      const Guarded work(std::vector<double>(doubles, NAN), stream);
      const Guarded V(std::vector<double>(B.data.size(), NAN), stream);
      const double gamma = 0.3;
      cuda::solve_normal_equations(stream, {N.data(), work.data(), V.data(), nullptr, r, c, gamma, false});
      const std::vector<double> v = V.values();
      work.values();
      for (int i = 0; i < c; ++i)
        for (int j = 0; j < r; ++j) {
          double sum = gamma * v[static_cast<std::size_t>(i * r + j)];
          for (int k = 0; k < r; ++k) sum += v[static_cast<std::size_t>(i * r + k)] * normal(k, j);
          EXPECT_NEAR(sum, B(i, j), 1e-10) << r << " " << c;
        }
    }
}

// N + gamma I is singular to rounding: with `retry` a shift of rounding size helps, in every block of columns.
TEST_F(NormalEquations, ASingularMatrixIsShifted) {
  const cuda::Stream stream;
  for (const int r : {5, 20, 40, 100}) {
    Matrix normal(r + 1, r);
    for (int i = 0; i < r; ++i) normal(i, i) = i == r - 1 ? 0.0 : 2.0;
    for (int j = 0; j < r; ++j) normal(r, j) = j == r - 1 ? 0.0 : 1.0;
    const Guarded N(normal.data, stream);
    const Guarded work(std::vector<double>(static_cast<std::size_t>(cuda::normal_work_doubles(r, 1)), NAN), stream);
    const Guarded V(std::vector<double>(static_cast<std::size_t>(r), NAN), stream);
    cuda::solve_normal_equations(stream, {N.data(), work.data(), V.data(), nullptr, r, 1, 0.0, true});
    const std::vector<double> v = V.values();
    for (int j = 0; j < r - 1; ++j) EXPECT_NEAR(v[static_cast<std::size_t>(j)], 0.5, 1e-10) << r;
    EXPECT_EQ(v.back(), 0.0) << r;
    cuda::solve_normal_equations(stream, {N.data(), work.data(), V.data(), nullptr, r, 1, 0.0, false});
    EXPECT_TRUE(std::isnan(V.values().back())) << r;
  }
}

TEST_F(NormalEquations, AnIndefiniteMatrixGivesNaN) {
  const cuda::Stream stream;
  const Guarded N({-1.0, 0.0, 0.0, 1.0, 1.0, 1.0}, stream);
  const Guarded V({0.0, 0.0}, stream);
  cuda::solve_normal_equations(stream, {N.data(), nullptr, V.data(), nullptr, 2, 1, 0.1, false});
  for (const double v : V.values()) EXPECT_TRUE(std::isnan(v));
}

}  // namespace
}  // namespace burelu::test
