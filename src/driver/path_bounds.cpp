// mu(W) <= gamma_0 proves s W for s gamma_0 (driver/continuation.hpp). And the form that proves it,
//   Q = M(T) + blkdiag(0, gamma/2 I) - G G' / (2 gamma),  G linear in W,
// is concave in (T, W, gamma) and homogeneous, so that sums of points that prove something do: Q(sum) >= sum of the Qs.
// D is concave as well. So between two gammas no bound is below the chord, and the sum is above it by
// share (1 - share) / 2 times the squared distance of both Ws.
#include "driver/path_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "driver/continuation.hpp"
#include "driver/dominant.hpp"
#include "problem/gap.hpp"
#include "seam/control.hpp"

namespace burelu {
namespace {

// Off W, until the proof succeeds: it comes to the end of what two proofs support.
constexpr double kLess[] = {1e-12, 1e-10, 1e-8};

bool fit(const Problem& problem, const Certificate& a, const Certificate& b) {
  const auto ours = [&](const Certificate& c) {
    return c.W.rows == problem.Y.rows && c.W.cols == problem.Y.cols && c.gamma > 0.0 && !c.branched && c.dominant < 0;
  };
  return ours(a) && ours(b) && a.representatives == b.representatives && a.line == b.line && a.ratio == b.ratio;
}

std::vector<Multiplier> sum(const std::vector<Multiplier>& a, double keep, const std::vector<Multiplier>& b,
                            double other) {
  std::vector<Multiplier> all = a;
  for (Multiplier& pair : all) pair.value *= keep;
  for (const Multiplier& pair : b) all.push_back({pair.i, pair.j, other * pair.value});
  std::sort(all.begin(), all.end(), [](const Multiplier& p, const Multiplier& q) {
    return p.i != q.i ? p.i < q.i : (p.j != q.j ? p.j < q.j : p.value < q.value);
  });
  std::vector<Multiplier> out;
  for (const Multiplier& pair : all) {
    if (!out.empty() && out.back().i == pair.i && out.back().j == pair.j)
      out.back().value += pair.value;
    else
      out.push_back(pair);
  }
  return out;
}

/// What bound a point would have, and of which certificates.
struct Source {
  double value;
  std::size_t a, b;
  double share;  // of a
};

void consider(const Problem& problem, const std::vector<Certificate>& own, std::size_t k, Source& best) {
  for (std::size_t i = 0; i < own.size(); ++i) {
    const double value = i == k ? best.value : rescaled_value(problem, own[i]);
    if (value > best.value) best = {value, i, i, 1.0};
  }
  for (std::size_t i = 0; i <= k; ++i)
    for (std::size_t j = std::max(k, i + 1); j < own.size(); ++j) {
      const Mixture mixture = best_mixture(problem, own[i], own[j]);
      if (mixture.value > best.value) best = {mixture.value, i, j, mixture.share};
    }
}

}  // namespace

// With U and V the Ws for all of gamma, D(V + t (U - V)) is largest at t = -<U - V, Y + V> / ||U - V||^2.
Mixture best_mixture(const Problem& problem, const Certificate& a, const Certificate& b) {
  if (!fit(problem, a, b)) return {0.0, -kInfinity};
  double along = 0.0;
  double square = 0.0;
  double value = 0.0;
  for (index_t i = 0; i < a.W.rows; ++i)
    for (index_t l = 0; l < a.W.cols; ++l) {
      const double y = problem.Y(i, l);
      const double v = problem.gamma / b.gamma * b.W(i, l);
      const double step = problem.gamma / a.gamma * a.W(i, l) - v;
      along -= step * (y + v);
      square += step * step;
      value -= v * y + 0.5 * v * v;
    }
  if (!(square > 0.0)) return {0.0, value};
  const double t = std::clamp(along / square, 0.0, 1.0);
  return {t, value + t * along - 0.5 * t * t * square};
}

Certificate proven_mixture(const Problem& problem, const Certificate& a, const Certificate& b, double share) {
  if (!fit(problem, a, b)) return {};
  const double keep = share * problem.gamma / a.gamma;
  const double other = (1.0 - share) * problem.gamma / b.gamma;
  Certificate out = a;
  out.gamma = problem.gamma;
  out.data_hash = data_hash(problem);
  out.multipliers = sum(a.multipliers, keep, b.multipliers, other);
  for (const double less : kLess) {
    for (std::size_t k = 0; k < out.W.data.size(); ++k)
      out.W.data[k] = (1.0 - less) * (keep * a.W.data[k] + other * b.W.data[k]);
    const std::optional<double> bound = certified_bound(problem, out);
    if (!bound) continue;
    out.lower_bound = *bound;
    return out;
  }
  return {};
}

void share_bounds(const Problem& problem, std::vector<PathPoint>& points) {
  std::vector<Certificate> own;
  for (const PathPoint& point : points) own.push_back(point.certificate);
  for (std::size_t k = 0; k < points.size(); ++k) {
    PathPoint& point = points[k];
    Problem here = problem;
    here.gamma = point.gamma;
    Source best{std::isnan(point.lower_bound) ? 0.0 : point.lower_bound, k, k, 1.0};
    consider(here, own, k, best);
    if (best.a == k && best.b == k) continue;
    Certificate proof = best.a == best.b ? proven_rescaled(here, own[best.a])
                                         : proven_mixture(here, own[best.a], own[best.b], best.share);
    if (proof.empty() || proof.lower_bound <= point.lower_bound) continue;
    point.lower_bound = proof.lower_bound;
    point.relative_gap = relative_gap(point.objective, point.lower_bound);
    point.certificate = std::move(proof);
    point.rescaled = true;
  }
}

}  // namespace burelu
