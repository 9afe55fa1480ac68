// One dual point for another gamma: mu(W) <= gamma_0 gives mu(s W) <= gamma for s <= gamma / gamma_0, and
// D(s W) = -s <W, Y> - s^2/2 ||W||^2 is largest at s = -<W, Y> / ||W||^2 or at the end.
#include "driver/continuation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "branch/columns.hpp"
#include "driver/dominant.hpp"
#include "problem/presolve.hpp"

namespace burelu {
namespace {

constexpr double kMargin = 1e-12;  // of the scale: rounding of the products

struct Parabola {
  double along = 0.0;   // -<W, Y>
  double square = 0.0;  // ||W||^2
  double best(double most) const { return square > 0.0 ? std::clamp(along / square, 0.0, most) : 0.0; }
  double at(double s) const { return s * along - 0.5 * s * s * square; }
};

Parabola parabola(const Problem& problem, const Matrix& W) {
  Parabola out;
  for (index_t i = 0; i < W.rows; ++i)
    for (index_t l = 0; l < W.cols; ++l) {
      out.along -= W(i, l) * problem.Y(i, l);
      out.square += W(i, l) * W(i, l);
    }
  return out;
}

bool fits(const Problem& problem, const Certificate& certificate) {
  return certificate.W.rows == problem.Y.rows && certificate.W.cols == problem.Y.cols && certificate.gamma > 0.0;
}

}  // namespace

Certificate rescaled(const Problem& problem, const Certificate& certificate) {
  if (!fits(problem, certificate)) return {};
  const double times = problem.gamma / certificate.gamma;
  const double s = parabola(problem, certificate.W).best(times) * (1.0 - kMargin);
  if (!(s > 0.0) || !std::isfinite(s)) return {};
  Certificate out = certificate;
  for (double& w : out.W.data) w *= s;
  for (Multiplier& pair : out.multipliers) pair.value *= times;
  out.gamma = problem.gamma;
  out.data_hash = data_hash(problem);
  out.lower_bound = std::numeric_limits<double>::quiet_NaN();
  return out;
}

double rescaled_value(const Problem& problem, const Certificate& certificate) {
  if (!fits(problem, certificate)) return -std::numeric_limits<double>::infinity();
  const Parabola p = parabola(problem, certificate.W);
  return p.at(p.best(problem.gamma / certificate.gamma));
}

// A branched certificate needs no new tree: its W is proven for its gamma.
Certificate proven_rescaled(const Problem& problem, const Certificate& certificate) {
  if (!fits(problem, certificate)) return {};
  if (certificate.branched) {
    const Kinks kinks = make_kinks(problem.X, presolve(problem), certificate.W);
    return scaled_certificate(problem, certificate.W, kinks, certificate.gamma / kinks.unit * (1.0 + 0x1p-50));
  }
  Certificate out = rescaled(problem, certificate);
  if (out.empty()) return out;
  const std::optional<double> bound = certified_bound(problem, out);
  if (!bound) return {};
  out.lower_bound = *bound;
  return out;
}

}  // namespace burelu
