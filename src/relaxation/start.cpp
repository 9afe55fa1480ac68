#include "relaxation/start.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

double row_norm(const Matrix& m, index_t i) { return cblas_dnrm2(static_cast<blasint>(m.cols), m.row(i), 1); }

// Rows c_k = |p_k| s_k over rows p_k: the lifted point in a form that rotations of the columns act on.
Matrix lifted(const RelaxationData& data, const Point& point) {
  const Matrix P = product(data.XK, point.Ut);
  Matrix rows(2 * data.m, P.cols);
  for (index_t k = 0; k < data.m; ++k) {
    const double scale = row_norm(P, k) / (row_norm(point.Shat, k) + 1e-300);
    for (index_t l = 0; l < P.cols; ++l) {
      rows(k, l) = scale * point.Shat(k, l);
      rows(data.m + k, l) = P(k, l);
    }
  }
  return rows;
}

// Right singular vectors (rows, strongest first) and singular values of the lifted rows.
Matrix principal_directions(const Matrix& rows, std::vector<double>& values) {
  const index_t r = rows.cols;
  Matrix vectors(r, r);
  gram(1.0, rows, 0.0, vectors.data.data());
  require_decomposition(eigen(vectors, values), "the eigenvalues of the factor");
  Matrix directions(r, r);
  for (index_t k = 0; k < r; ++k) std::copy_n(vectors.row(r - 1 - k), r, directions.row(k));
  std::reverse(values.begin(), values.end());
  for (double& value : values) value = std::sqrt(std::max(value, 0.0));
  return directions;
}

}  // namespace

Point random_point(const RelaxationData& data, int rank, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  Point point{Matrix(data.m, rank), Matrix(data.d, rank)};
  for (double& value : point.Ut.data) value = 0.3 / std::sqrt(rank) * normal(engine);
  point.Shat = product(data.XK, point.Ut);
  for (double& value : point.Shat.data) value = std::fabs(value);
  return point;
}

Point sized(const RelaxationData& data, Point point, double decay) {
  const Matrix pulled = product(data.decay, point.Ut);
  double now = 0.0;
  for (std::size_t k = 0; k < pulled.data.size(); ++k) now += 0.5 * pulled.data[k] * point.Ut.data[k];
  const double scale = now > 0.0 ? std::sqrt(decay / now) : 1.0;
  for (double& value : point.Ut.data) value *= scale;
  return point;
}

int starting_rank(index_t rows, index_t features, index_t outputs) {
  constexpr index_t kSpare = 8;  // beyond d + c: fewer cost evaluations (iris: 5,568 with 5, 3,964 with 8)
  constexpr index_t kMost = 64;  // the bound is for the worst case: beyond, columns come as they are needed
  constexpr index_t kWide = 20;  // no fewer features than rows (200 x 20,000: 1,160 evaluations with 20, 1,860 with 64)
  const index_t most = features >= rows ? kWide : kMost;
  return static_cast<int>(std::clamp<index_t>(std::min(features + outputs + kSpare, most), 1, rows + features));
}

int numerical_rank(const RelaxationData& data, const Point& point, double threshold) {
  std::vector<double> values;
  principal_directions(lifted(data, point), values);
  return static_cast<int>(
      std::count_if(values.begin(), values.end(), [&](double value) { return value > threshold * values.front(); }));
}

Point shaken(const Point& point, double noise, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  Point out = point;
  for (Matrix* block : {&out.Shat, &out.Ut}) {
    double scale = 0.0;  // root mean square: entries that are zero move too
    for (const double value : block->data) scale += value * value / static_cast<double>(block->data.size());
    for (double& value : block->data) value += noise * std::sqrt(scale) * normal(engine);
  }
  return out;
}

Point with_rank(const RelaxationData& data, const Point& point, int rank, std::uint64_t seed) {
  const Matrix rows = lifted(data, point);
  std::vector<double> values;
  const Matrix directions = principal_directions(rows, values);
  const index_t kept = std::min<index_t>(rank, rows.cols);
  Matrix rotation(rows.cols, kept);
  for (index_t l = 0; l < kept; ++l)
    for (index_t k = 0; k < rows.cols; ++k) rotation(k, l) = directions(l, k);
  const Matrix turned = product(rows, rotation);
  const Matrix Ut = product(point.Ut, rotation);
  Point out = random_point(data, rank, seed);  // new columns: small noise beside the old ones
  const double noise = 1e-3;
  for (index_t k = 0; k < data.m; ++k)
    for (index_t l = 0; l < rank; ++l)
      out.Shat(k, l) = l < kept ? turned(k, l) : noise * row_norm(turned, k) * out.Shat(k, l);
  for (index_t i = 0; i < data.d; ++i)
    for (index_t l = 0; l < rank; ++l) out.Ut(i, l) = l < kept ? Ut(i, l) : noise * row_norm(Ut, i) * out.Ut(i, l);
  return out;
}

Point with_neurons(const RelaxationData& data, Point point, index_t first, double size, std::uint64_t seed) {
  const index_t count = point.Ut.cols - first;
  if (count <= 0) return point;
  double squares = 0.0;
  for (const double u : point.Ut.data) squares += u * u / static_cast<double>(point.Ut.data.size());
  Point fresh = random_point(data, static_cast<int>(count), seed);
  double own = 0.0;
  for (const double u : fresh.Ut.data) own += u * u / static_cast<double>(fresh.Ut.data.size());
  const double scale = own > 0.0 ? size * std::sqrt(squares / own) : 0.0;
  const auto put = [&](const Matrix& from, Matrix& to) {
    for (index_t i = 0; i < to.rows; ++i)
      for (index_t l = 0; l < count; ++l) to(i, first + l) = scale * from(i, l);
  };
  put(fresh.Shat, point.Shat);
  put(fresh.Ut, point.Ut);
  return point;
}

std::int64_t components(const std::vector<Multiplier>& pairs, index_t lines) {
  std::vector<index_t> parent(static_cast<std::size_t>(lines));
  std::iota(parent.begin(), parent.end(), index_t{0});
  const auto root = [&parent](index_t k) {
    while (parent[static_cast<std::size_t>(k)] != k) {
      index_t& up = parent[static_cast<std::size_t>(k)];
      k = up = parent[static_cast<std::size_t>(up)];
    }
    return k;
  };
  std::int64_t sets = lines;
  for (const Multiplier& pair : pairs) {
    if (!(pair.value > 0.0)) continue;
    const index_t a = root(pair.i % lines);
    const index_t b = root(pair.j % lines);
    if (a == b) continue;
    parent[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
    --sets;
  }
  return sets;
}

}  // namespace burelu
