// Cones: wedges in the plane, active sets beyond.
#include "study/patterns.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "burelu/errors.hpp"
#include "linalg/dense.hpp"
#include "linalg/random.hpp"

namespace burelu::study {
namespace {

constexpr double kSameAngle = 1e-12;  // radians: kinks closer than that are one
constexpr double kOnSide = 1e-12;     // of a unit vector: rounding of a point on the cone's boundary
constexpr double kViolated = 1e-11;   // of the point's length: a side that needs no multiplier
constexpr double kApex = 1e-10;       // of the length before the projection
constexpr double kRidge = 1e-14;      // on the unit diagonal of the active sides' Gram matrix
constexpr index_t kActiveSteps = 10;  // times d, at most
constexpr int kPowerSteps = 100;      // of a projected power iteration, at most
constexpr int kDrawsPerPattern = 50;  // until sampling gives up finding new patterns

double dot(const double* x, const double* y, index_t n) {
  double sum = 0.0;
  for (index_t i = 0; i < n; ++i) sum += x[i] * y[i];
  return sum;
}

double norm(const double* x, index_t n) { return std::sqrt(dot(x, x, n)); }

double quadratic(const Matrix& M, const double* u) {
  double sum = 0.0;
  for (index_t i = 0; i < M.rows; ++i) sum += u[i] * dot(M.row(i), u, M.cols);
  return sum;
}

std::vector<char> bits_at(const Matrix& X, const std::vector<double>& u) {
  std::vector<char> bits(static_cast<std::size_t>(X.rows));
  for (index_t i = 0; i < X.rows; ++i) bits[static_cast<std::size_t>(i)] = dot(X.row(i), u.data(), X.cols) > 0.0;
  return bits;
}

/// Angles in [0, 2 pi) of the directions at which some row changes its sign, sorted, each once.
std::vector<double> kinks(const Matrix& X) {
  std::vector<double> angles;
  for (index_t i = 0; i < X.rows; ++i) {
    if (X(i, 0) == 0.0 && X(i, 1) == 0.0) continue;
    const double angle = std::atan2(X(i, 0), -X(i, 1));
    for (const double turn : {0.0, std::numbers::pi, 2.0 * std::numbers::pi})
      if (angle + turn >= 0.0 && angle + turn < 2.0 * std::numbers::pi) angles.push_back(angle + turn);
  }
  std::sort(angles.begin(), angles.end());
  const auto same = [](double a, double b) { return b - a < kSameAngle; };
  angles.erase(std::unique(angles.begin(), angles.end(), same), angles.end());
  if (angles.size() > 1 && angles.front() + 2.0 * std::numbers::pi - angles.back() < kSameAngle) angles.pop_back();
  return angles;
}

Patterns planar_patterns(const Matrix& X) {
  Patterns patterns;
  patterns.complete = true;
  const std::vector<double> angles = kinks(X);
  for (std::size_t k = 0; k < angles.size(); ++k) {
    const double low = angles[k];
    const double high = k + 1 < angles.size() ? angles[k + 1] : angles[0] + 2.0 * std::numbers::pi;
    const double middle = 0.5 * (low + high);
    const double first[2] = {std::cos(low), std::sin(low)};
    const double second[2] = {std::cos(high), std::sin(high)};
    patterns.list.emplace_back(X, std::vector<double>{std::cos(middle), std::sin(middle)}, first, second);
  }
  return patterns;
}

/// 2 sum_{k<d} C(n-1, k): as many as n rows in general position have, and no n rows have more.
double most_patterns(index_t n, index_t d) {
  double sum = 0.0;
  double choose = 1.0;
  for (index_t k = 0; k < d; ++k) {
    sum += choose;
    choose *= static_cast<double>(n - 1 - k) / static_cast<double>(k + 1);
  }
  return 2.0 * sum;
}

Patterns sampled_patterns(const Matrix& X, int most, std::uint64_t seed) {
  Patterns patterns;
  Random random(seed);
  std::set<std::vector<char>> seen;
  const std::int64_t draws = std::int64_t{kDrawsPerPattern} * most;
  for (std::int64_t draw = 0; draw < draws && patterns.list.size() < static_cast<std::size_t>(most); ++draw) {
    std::vector<double> u(static_cast<std::size_t>(X.cols));
    for (double& value : u) value = random.normal();
    if (seen.insert(bits_at(X, u)).second) patterns.list.emplace_back(X, u);
  }
  patterns.complete = static_cast<double>(patterns.list.size()) >= most_patterns(X.rows, X.cols);
  return patterns;
}

/// lambda >= 0 on the rows of `set` with (G G')lambda = -G z there; false where the rows are dependent.
bool solve_active(const Matrix& G, const std::vector<index_t>& set, const double* z, std::vector<double>& lambda) {
  const auto k = static_cast<index_t>(set.size());
  Matrix gram(k, k);
  lambda.assign(set.size(), 0.0);
  for (index_t i = 0; i < k; ++i) {
    const double* row = G.row(set[static_cast<std::size_t>(i)]);
    lambda[static_cast<std::size_t>(i)] = -dot(row, z, G.cols);
    for (index_t j = 0; j < k; ++j) gram(i, j) = dot(row, G.row(set[static_cast<std::size_t>(j)]), G.cols);
    gram(i, i) += kRidge;
  }
  if (!cholesky(gram.data.data(), k)) return false;
  solve_rows(gram.data.data(), k, lambda.data(), 1);
  return true;
}

/// u <- u + G'lambda, lambda >= 0 of the least ||u + G'lambda||: the projection onto {u : G u >= 0} (Moreau, 1962).
void project_on_sides(const Matrix& G, double* u) {
  const index_t d = G.cols;
  const std::vector<double> z(u, u + d);
  const double slack = -kViolated * norm(u, d);
  std::vector<index_t> set;
  std::vector<double> lambda;
  for (index_t step = 0; step < kActiveSteps * d; ++step) {
    index_t worst = -1;
    double least = slack;
    for (index_t i = 0; i < G.rows; ++i) {
      const double side = dot(G.row(i), u, d);
      if (side < least && std::find(set.begin(), set.end(), i) == set.end()) {
        least = side;
        worst = i;
      }
    }
    if (worst < 0) return;
    set.push_back(worst);
    lambda.push_back(0.0);
    std::vector<double> next;
    while (solve_active(G, set, z.data(), next)) {
      double share = 1.0;  // of the way to `next` until the first multiplier is zero
      std::size_t leaving = set.size();
      for (std::size_t i = 0; i < set.size(); ++i) {
        if (next[i] > 0.0) continue;
        const double reached = lambda[i] > 0.0 ? lambda[i] / (lambda[i] - next[i]) : 0.0;
        if (leaving == set.size() || reached < share) {
          share = reached;
          leaving = i;
        }
      }
      for (std::size_t i = 0; i < set.size(); ++i) lambda[i] += share * (next[i] - lambda[i]);
      if (leaving == set.size()) break;
      set.erase(set.begin() + static_cast<std::ptrdiff_t>(leaving));
      lambda.erase(lambda.begin() + static_cast<std::ptrdiff_t>(leaving));
      if (set.empty()) break;
    }
    std::copy(z.begin(), z.end(), u);
    for (std::size_t i = 0; i < set.size(); ++i)
      for (index_t k = 0; k < d; ++k) u[k] += lambda[i] * G(set[i], k);
    // The apex: what is left is rounding, and its direction may be outside the cone.
    if (norm(u, d) <= kApex * norm(z.data(), d)) {
      std::fill_n(u, d, 0.0);
      return;
    }
  }
}

}  // namespace

Pattern::Pattern(const Matrix& X, std::vector<double> inside)
    : active_(bits_at(X, inside)), inside_(std::move(inside)), sides_(0, X.cols) {
  for (index_t i = 0; i < X.rows; ++i) {
    const double length = norm(X.row(i), X.cols);
    if (length == 0.0) continue;
    const double sign = active(i) ? 1.0 : -1.0;
    for (index_t k = 0; k < X.cols; ++k) sides_.data.push_back(sign * X(i, k) / length);
    ++sides_.rows;
  }
}

Pattern::Pattern(const Matrix& X, std::vector<double> inside, const double (&first)[2], const double (&second)[2])
    : active_(bits_at(X, inside)), inside_(std::move(inside)), sides_(2, 2), wedge_(true) {
  for (index_t e = 0; e < 2; ++e) {
    const double* edge = e == 0 ? first : second;
    const double sign = -edge[1] * inside_[0] + edge[0] * inside_[1] > 0.0 ? 1.0 : -1.0;
    sides_(e, 0) = -sign * edge[1];
    sides_(e, 1) = sign * edge[0];
    edges_[e][0] = edge[0];
    edges_[e][1] = edge[1];
  }
}

bool Pattern::contains(const double* u) const {
  const double slack = -kOnSide * norm(u, sides_.cols);
  for (index_t i = 0; i < sides_.rows; ++i)
    if (dot(sides_.row(i), u, sides_.cols) < slack) return false;
  return true;
}

void Pattern::project(double* u) const {
  if (contains(u)) return;
  if (wedge_) {
    const double along[2] = {dot(edges_[0], u, 2), dot(edges_[1], u, 2)};
    const int nearer = along[0] > along[1] ? 0 : 1;
    const double length = std::max(along[nearer], 0.0);
    for (int k = 0; k < 2; ++k) u[k] = length * edges_[nearer][k];
    return;
  }
  project_on_sides(sides_, u);
}

std::pair<std::vector<double>, double> Pattern::best_edge(const Matrix& M) const {
  const double values[2] = {quadratic(M, edges_[0]), quadratic(M, edges_[1])};
  const int best = values[0] > values[1] ? 0 : 1;
  return {{edges_[best][0], edges_[best][1]}, values[best]};
}

std::pair<std::vector<double>, double> Pattern::climb(const Matrix& M, std::vector<double> u) const {
  const index_t d = M.rows;
  project(u.data());
  double value = 0.0;
  for (int step = 0; step < kPowerSteps; ++step) {
    const double length = norm(u.data(), d);
    if (!(length > 0.0)) return {inside_, 0.0};
    for (double& entry : u) entry /= length;
    const double now = quadratic(M, u.data());
    if (step > 0 && now <= value * (1.0 + 1e-10)) return {u, now};
    value = now;
    std::vector<double> next(u.size());
    for (index_t i = 0; i < d; ++i) next[static_cast<std::size_t>(i)] = dot(M.row(i), u.data(), d);
    project(next.data());
    u = std::move(next);
  }
  const double length = norm(u.data(), d);
  if (!(length > 0.0)) return {inside_, 0.0};
  for (double& entry : u) entry /= length;
  return {u, quadratic(M, u.data())};
}

std::pair<std::vector<double>, double> Pattern::largest(const Matrix& M, double floor) const {
  const index_t d = M.rows;
  std::vector<double> values;
  Matrix vectors;
  eigen(M, values, vectors);
  if (values.back() <= floor) return {inside_, 0.0};
  std::vector<double> top(static_cast<std::size_t>(d));
  std::vector<double> opposite(top.size());
  for (index_t i = 0; i < d; ++i) {
    top[static_cast<std::size_t>(i)] = vectors(i, d - 1);
    opposite[static_cast<std::size_t>(i)] = -vectors(i, d - 1);
  }
  for (const auto& vector : {top, opposite})
    if (contains(vector.data())) return {vector, std::max(values.back(), 0.0)};
  if (wedge_) return best_edge(M);  // a convex function that is not largest inside: on the boundary
  auto best = climb(M, inside_);
  for (const auto& start : {top, opposite}) {
    auto other = climb(M, start);
    if (other.second > best.second) best = std::move(other);
  }
  return best;
}

Patterns activation_patterns(const Matrix& X, int most, std::uint64_t seed) {
  if (X.cols == 2) return planar_patterns(X);
  if (X.cols == 1) {
    Patterns patterns;
    patterns.complete = true;
    for (const double sign : {1.0, -1.0}) patterns.list.emplace_back(X, std::vector<double>{sign});
    return patterns;
  }
  return sampled_patterns(X, most, seed);
}

Matrix dense(const MatrixView& view) {
  Matrix out(view.rows, view.cols);
  for (index_t i = 0; i < view.rows; ++i)
    for (index_t j = 0; j < view.cols; ++j) out(i, j) = view(i, j);
  return out;
}

void eigen(Matrix M, std::vector<double>& values, Matrix& vectors) {
  require_decomposition(burelu::eigen(M, values), "the eigenvalues of a matrix of the data");
  vectors = Matrix(M.rows, M.rows);
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.rows; ++j) vectors(j, i) = M(i, j);
}

}  // namespace burelu::study
