#include "seam/relaxation_data.hpp"

#include <cblas.h>

#include <cmath>
#include <random>

#include "linalg/dense.hpp"
#include "linalg/team.hpp"
#include "problem/preconditioner.hpp"
#include "seam/entry.hpp"

namespace burelu {
namespace {

constexpr index_t kFewRows = 200;           // up to which one thread is faster
constexpr std::int64_t kSampled = 1 << 15;  // pairs: exact up to 128 rows, else within some 1 %
constexpr index_t kManyRows = 2000;
constexpr std::int64_t kSampledKernels = 1 << 19;
constexpr std::uint64_t kSampleSeed = 4711;

int blas(index_t n) { return static_cast<int>(n); }

double kernel_of(const RelaxationData& data, index_t i, index_t j) {
  const double scale = data.norms[static_cast<std::size_t>(i)] * data.norms[static_cast<std::size_t>(j)];
  const double inner = cblas_ddot(blas(data.d), data.X.row(i), 1, data.X.row(j), 1);
  return scale * entry::arc_cosine_kernel(inner / scale);
}

/// Over all pairs, or over some of many rows: within some tenths of a percent.
double mean_kernel(const RelaxationData& data) {
  const index_t m = data.m;
  if (m > kManyRows) {
    std::mt19937_64 engine(kSampleSeed);
    double total = 0.0;
    for (std::int64_t k = 0; k < kSampledKernels; ++k) {
      const auto i = static_cast<index_t>(engine() % static_cast<std::uint64_t>(m));
      const auto j = static_cast<index_t>(engine() % static_cast<std::uint64_t>(m));
      total += kernel_of(data, i, j);
    }
    return total / static_cast<double>(kSampledKernels);
  }
  std::vector<double> rows(static_cast<std::size_t>(m));
  (m > kFewRows ? Team::current() : Team()).share(m, 1, [&](int, index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      double row = 0.0;
      for (index_t j = 0; j < m; ++j) row += kernel_of(data, i, j);
      rows[static_cast<std::size_t>(i)] = row;
    }
  });
  double total = 0.0;
  for (const double row : rows) total += row;
  return total / static_cast<double>(m * m);
}

/// The diagonal whole; of the others all up to kSampled, else so many drawn with replacement.
std::vector<SampledPair> mass_sample(const RelaxationData& data) {
  const index_t rows = data.factor_rows();
  const double pairs = 0.5 * static_cast<double>(rows) * static_cast<double>(rows - 1) - static_cast<double>(data.m);
  std::vector<SampledPair> out;
  const auto add = [&](index_t i, index_t j, double times) {
    const double w = static_cast<float>(pair_weight(data, i, j));
    out.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), times * w});
  };
  for (index_t i = 0; i < rows; ++i) add(i, i, 1.0);
  if (pairs <= kSampled) {
    for (index_t i = 0; i < rows; ++i)
      for (index_t j = 0; j < i; ++j)
        if (!data.tied(i, j)) add(i, j, 2.0);
    return out;
  }
  std::mt19937_64 engine(kSampleSeed);
  for (std::int64_t k = 0; k < kSampled;) {
    const auto i = static_cast<index_t>(engine() % static_cast<std::uint64_t>(rows));
    const auto j = static_cast<index_t>(engine() % static_cast<std::uint64_t>(rows));
    if (i == j || data.tied(i, j)) continue;
    add(i, j, 2.0 * pairs / kSampled);
    ++k;
  }
  return out;
}

}  // namespace

std::int64_t sample_size(index_t m) { return 2 * m + std::min(2 * m * (m - 1), kSampled); }

double pair_kernel(const RelaxationData& data, index_t i, index_t j) {
  const index_t m = data.m;
  const double inner = cblas_ddot(blas(data.d), data.X.row(i % m), 1, data.X.row(j % m), 1);
  const double scale = data.norms[static_cast<std::size_t>(i % m)] * data.norms[static_cast<std::size_t>(j % m)];
  const double cosine = ((i < m) == (j < m) ? inner : -inner) / scale;
  return scale * entry::arc_cosine_kernel(cosine);
}

double pair_weight(const RelaxationData& data, index_t i, index_t j) {
  return entry::weight(pair_kernel(data, i, j), data.mean_kernel);
}

RelaxationData prepare(const Presolved& reduced) {
  RelaxationData data;
  data.m = reduced.rows();
  data.d = reduced.features();
  data.c = reduced.outputs();
  data.X = reduced.X;
  data.Y = reduced.Y;
  data.gamma = reduced.gamma;
  data.negative = reduced.negative;
  data.negative_scale = reduced.negative_scale;
  data.K = preconditioner(data.X, data.gamma).K;
  data.XK = product(data.X, data.K);
  data.decay = product(transposed(data.K), data.K);
  for (double& value : data.decay.data) value *= data.gamma;
  data.norms.resize(static_cast<std::size_t>(data.m));
  for (index_t i = 0; i < data.m; ++i)
    data.norms[static_cast<std::size_t>(i)] = cblas_dnrm2(blas(data.d), data.X.row(i), 1);
  data.mean_kernel = mean_kernel(data);
  data.sample = mass_sample(data);
  return data;
}

}  // namespace burelu
