#include "seam/relaxation_data.hpp"

#include <cblas.h>

#include <cmath>

#include "linalg/dense.hpp"
#include "linalg/team.hpp"
#include "problem/preconditioner.hpp"
#include "seam/entry.hpp"

namespace burelu {
namespace {

constexpr index_t kFewRows = 200;  // up to which one thread is faster

int blas(index_t n) { return static_cast<int>(n); }

double mean_kernel(const RelaxationData& data) {
  const index_t m = data.m;
  std::vector<double> rows(static_cast<std::size_t>(m));
  (m > kFewRows ? Team::current() : Team()).share(m, 1, [&](int, index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      double row = 0.0;
      for (index_t j = 0; j < m; ++j) {
        const double scale = data.norms[static_cast<std::size_t>(i)] * data.norms[static_cast<std::size_t>(j)];
        const double inner = cblas_ddot(blas(data.d), data.X.row(i), 1, data.X.row(j), 1);
        row += scale * entry::arc_cosine_kernel(inner / scale);
      }
      rows[static_cast<std::size_t>(i)] = row;
    }
  });
  double total = 0.0;
  for (const double row : rows) total += row;
  return total / static_cast<double>(m * m);
}

}  // namespace

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
  return data;
}

}  // namespace burelu
