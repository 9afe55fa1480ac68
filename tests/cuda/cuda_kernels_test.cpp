// Launchers by themselves, their outputs between sentinels: what a kernel must not touch stays as it was. Compiled
// twice: for the host double, with the names of rename.hpp, and where there is a CUDA compiler for a device.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/backends.hpp"
#include "support/instances.hpp"

#if defined(BURELU_CUDA_ON_HOST)
constexpr auto kKind = burelu::test::BackendKind::cuda_on_host;
#include "rename.hpp"
#else
constexpr auto kKind = burelu::test::BackendKind::cuda;
#endif
// Below, `cuda` is the namespace of the backend that is tested.
#include "multipliers.hpp"
#include "normal_equations.hpp"
#include "resources.hpp"
#include "rows.hpp"
#include "triangle.hpp"

namespace burelu::test {
namespace {

class CudaKernels : public ::testing::Test {
 protected:
  void SetUp() override { require(kKind); }
};
class RowKernels : public CudaKernels {};
class NormalEquations : public CudaKernels {};
class Multipliers : public CudaKernels {};

constexpr std::int64_t kGuard = 40;
constexpr double kSentinel = 1234.5678;

/// Waits for the stream.
template <class T>
std::vector<T> fetched(const cuda::DeviceBuffer<T>& from, const cuda::Stream& stream) {
  std::vector<T> out(static_cast<std::size_t>(from.size()));
  cuda::check(cudaMemcpyAsync(out.data(), from.data(), from.bytes(), cudaMemcpyDeviceToHost, stream), "fetched");
  stream.wait();
  return out;
}

/// An array of the device with sentinels on both sides.
struct Guarded {
  cuda::DeviceBuffer<double> memory;
  std::int64_t size;
  const cuda::Stream& stream;

  Guarded(const std::vector<double>& values, const cuda::Stream& its_stream)
      : memory(static_cast<std::int64_t>(values.size()) + 2 * kGuard, its_stream),
        size(static_cast<std::int64_t>(values.size())),
        stream(its_stream) {
    const std::vector<double> guard(static_cast<std::size_t>(kGuard), kSentinel);
    memory.write(stream, guard.data(), kGuard);
    memory.write(stream, values.data(), size, kGuard);
    memory.write(stream, guard.data(), kGuard, kGuard + size);
  }
  double* data() const { return memory.data() + kGuard; }
  /// Waits.
  std::vector<double> values() const {
    const std::vector<double> all = fetched(memory, stream);
    for (std::int64_t k = 0; k < kGuard; ++k) {
      EXPECT_EQ(all[static_cast<std::size_t>(k)], kSentinel);
      EXPECT_EQ(all[static_cast<std::size_t>(kGuard + size + k)], kSentinel);
    }
    return {all.begin() + kGuard, all.end() - kGuard};
  }
};

std::vector<double> random_vector(std::int64_t size, std::uint64_t seed) { return gaussian(1, size, seed).data; }

const std::int64_t kSizes[] = {1, 31, 32, 33, 257};

TEST(Triangle, RowsFollowEachOtherAndNeverOverflow) {
  EXPECT_EQ(cuda::row_offset(0), 0);
  for (const std::int64_t first : {std::int64_t{0}, std::int64_t{65530}, std::int64_t{92600}})
    for (std::int64_t i = first; i < first + 100; ++i) {
      EXPECT_EQ(cuda::row_offset(i + 1), cuda::row_offset(i) + cuda::row_width(i)) << i;
      EXPECT_GT(cuda::row_width(i), i);
      EXPECT_EQ(cuda::row_offset(i) % 4, 0) << "16 bytes, in float too";
    }
  EXPECT_GT(cuda::row_offset(2 * 46341), std::int64_t{1} << 31U);
  EXPECT_EQ(cuda::triangle_size(33), cuda::row_offset(64));
}

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

TEST_F(Multipliers, ExtrapolationIsItsFormula) {
  const cuda::Stream stream;
  const cuda::DeviceBuffer<cuda::State> state(1, stream);
  cuda::State host;
  host.control.dual.beta = 0.6;
  state.write(stream, &host, 1);
  for (const std::int64_t m : {1, 17, 33}) {
    const std::int64_t size = cuda::triangle_size(2 * m);
    std::vector<double> now = random_vector(size, 5);
    std::vector<double> before = random_vector(size, 6);
    for (double& x : now) x = std::fmax(x, 0.0);
    now[0] = before[0] = -kInfinity;  // as a tied pair
    const Guarded T(now, stream);
    const Guarded P(before, stream);
    const cuda::PairView<double> pairs{T.data(), P.data(), nullptr, 2 * m, {nullptr, nullptr, 0, m, 0, 1.0}};
    cuda::extrapolate(stream, pairs, state.data());
    const std::vector<double> t = T.values();
    const std::vector<double> p = P.values();
    EXPECT_EQ(t[0], -kInfinity);
    for (std::size_t k = 1; k < now.size(); ++k) {
      const double rounding = 1e-15 * (now[k] + std::fabs(before[k]));  // a device may contract to an FMA
      EXPECT_NEAR(t[k], std::fmax(now[k] + 0.6 * (now[k] - before[k]), 0.0), rounding);
      EXPECT_EQ(p[k], now[k]);
    }
  }
}

// The triplets of a window of the sequence are the same as those of the whole.
TEST_F(Multipliers, ComeToTheHostInWindows) {
  const cuda::Stream stream;
  constexpr std::int64_t kRows = 70;
  std::vector<double> previous(static_cast<std::size_t>(cuda::triangle_size(kRows)), 0.0);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < kRows; ++i)
    for (std::int64_t j = 0; j < i; ++j)
      if ((i * 7 + j * 3) % 5 == 0) {
        previous[static_cast<std::size_t>(cuda::row_offset(i) + j)] = static_cast<double>(i * 100 + j);
        ++count;
      }
  const Guarded P(previous, stream);
  const Guarded q(std::vector<double>(kRows, 2.0), stream);
  const Guarded X(std::vector<double>(kRows / 2, 1.0), stream);  // one feature, all alike: weights are 1 or the floor's
  const Guarded norms(std::vector<double>(kRows / 2, 1.0), stream);
  const cuda::PairView<double> pairs{
      nullptr, P.data(), q.data(), kRows, {X.data(), norms.data(), kRows / 2, kRows / 2, 1, 1.0}};
  const cuda::DeviceBuffer<std::int64_t> offsets(kRows + 1, stream);
  const cuda::DeviceBuffer<Multiplier> out(64, stream);
  cuda::count_multipliers(stream, pairs, offsets.data());
  std::vector<Multiplier> seen;
  for (std::int64_t begin = 0; begin < count; begin += 50) {
    cuda::list_multipliers(stream, pairs, offsets.data(), begin, 50, out.data());
    const std::vector<Multiplier> part = fetched(out, stream);
    seen.insert(seen.end(), part.begin(), part.begin() + std::min<std::int64_t>(50, count - begin));
  }
  EXPECT_EQ(fetched(offsets, stream).back(), count);
  ASSERT_EQ(static_cast<std::int64_t>(seen.size()), count);
  for (std::size_t k = 0; k < seen.size(); ++k) {
    const bool alike = (seen[k].i < kRows / 2) == (seen[k].j < kRows / 2);
    const double weight = alike ? 1.0 : 1000.0;  // the kernel of opposite rows is zero: its floor is 1e-3
    EXPECT_NEAR(seen[k].value, 4.0 * weight * (seen[k].i * 100 + seen[k].j), 1e-3 * weight) << k;
    if (k > 0) {
      EXPECT_TRUE(seen[k].i > seen[k - 1].i || (seen[k].i == seen[k - 1].i && seen[k].j > seen[k - 1].j));
    }
  }
}

}  // namespace
}  // namespace burelu::test
