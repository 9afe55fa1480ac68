#include "verify/box_form.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace burelu::verify {
namespace {

constexpr double kMostTurn = 30.0;  // times l^2: squares are better where ||By|| changes more
constexpr double kSteepest = 0.02;  // of ||Bm||, for l: what its roundings are multiplied by stays small

/// q = total + 2 b'y + y'Hy in y_j = z_j / w_j, |y_j| <= 1, and the sum of its |terms|.
struct Form {
  double total = 0.0, all = 0.0, trace = 0.0;
  Vector b{};
  Square H{};
};

/// What of Phi is across e: sizes of R, of R + G z and of y's terms in ||By||, and the share of (a + E)^2 <=
/// (1 + ratio) a^2 + (1 + 1 / ratio) E^2.
struct Sizes {
  double rest = 0.0, rest_reach = 0.0, span = 0.0, ratio = 0.0, error = 0.0;
};

double of_column(const Model& model, std::size_t d, std::size_t j, std::size_t l) {
  double sum = 0.0;
  for (std::size_t z = 0; z < model.R.size(); ++z) sum += model.G[z * d + j] * model.G[z * d + l];
  return sum;
}

double mixed(const Model& model, std::size_t d, std::size_t j) {
  double sum = 0.0;
  for (std::size_t z = 0; z < model.R.size(); ++z) sum += model.R[z] * model.G[z * d + j];
  return sum;
}

Sizes sizes_of(const Sphere& s, const Place& at, const Model& model) {
  Sizes out;
  for (const double r : model.R) out.rest += r * r;
  out.rest_reach = std::sqrt(out.rest);
  for (std::size_t j = 0; j < s.d; ++j) {
    if (!model.R.empty()) out.rest_reach += std::sqrt(of_column(model, s.d, j, j)) * at.w[j];
    out.span += std::sqrt(s.metric[j][j]) * (std::abs(at.m[j]) + at.w[j]);
  }
  out.ratio = out.rest_reach > 1e-9 * model.E ? std::max(model.E / out.rest_reach, 1e-12) : 1e9;
  out.error = model.R.empty() ? 0.0 : model.E * model.E * (1.0 + 1.0 / out.ratio);
  return out;
}

/// q of squares.
Form form_of_squares(const Sphere& s, const Place& at, const Model& model, double t) {
  const Sizes size = sizes_of(s, at, model);
  const double factor = model.R.empty() ? 0.0 : 1.0 + size.ratio;
  const double tt = t * t;
  double reach = std::abs(model.r);
  for (std::size_t j = 0; j < s.d; ++j) reach += std::abs(model.g[j]) * at.w[j];
  Form out;
  out.total = model.r * model.r + factor * size.rest + size.error - tt * at.square +
              4.0 * tt * s.metric_error * size.span * size.span;
  for (std::size_t j = 0; j < s.d; ++j) {
    if (at.w[j] == 0.0) continue;
    out.b[j] = (model.r * model.g[j] + factor * mixed(model, s.d, j) - tt * at.Mm[j]) * at.w[j];
    for (std::size_t l = 0; l < s.d; ++l)
      out.H[j][l] =
          (model.g[j] * model.g[l] + factor * of_column(model, s.d, j, l) - tt * s.metric[j][l]) * at.w[j] * at.w[l];
    out.trace += std::abs(out.H[j][j]);
  }
  out.all =
      reach * reach + factor * size.rest_reach * size.rest_reach + size.error + tt * size.span * size.span + out.trace;
  return out;
}

/// q of a curved place; l ||By|| >= l^2 + half z'(B'B - tilt tilt')z, as ||By||^2 - l^2 <= turn. 16 metric_error: twice
/// those of ||By||^2 and of l^2, there and in what is across.
Form form_of_curves(const Sphere& s, const Place& at, const Model& model, double t) {
  const Sizes size = sizes_of(s, at, model);
  const double half = 1.0 / (1.0 + std::sqrt(1.0 + at.turn / (at.least * at.least))) * (1.0 - 1e-12);
  Form out;
  double factor = 0.0, error = 0.0;
  if (!model.R.empty()) {
    // ||By|| >= l up to what metric_error does to the squares
    const double near = size.span / at.least;
    const double share =
        (size.rest_reach + model.E) / (t * at.least) * (1.0 + 4.0 * s.metric_error * near * near) * (1.0 + 1e-12);
    if (!(share < 1.0)) {
      out.total = std::numeric_limits<double>::infinity();
      for (std::size_t j = 0; j < s.d; ++j) out.b[j] = t * at.length * std::sqrt(of_column(model, s.d, j, j)) * at.w[j];
      return out;
    }
    factor = (1.0 + 1e-12) / (t * (1.0 + std::sqrt(1.0 - share * share)));
    error = factor * size.error;
    factor *= 1.0 + size.ratio;
  }
  double reach = std::abs(model.r), bent = 0.0;
  for (std::size_t j = 0; j < s.d; ++j) {
    if (at.w[j] == 0.0) continue;
    reach += std::abs(model.g[j]) * at.w[j];
    out.b[j] = (0.5 * (at.length * (model.g[j] - t * at.tilt[j]) + (model.r - t * at.length) * at.tilt[j]) +
                factor * mixed(model, s.d, j)) *
               at.w[j];
    for (std::size_t l = 0; l < s.d; ++l) {
      const double both = at.tilt[j] * at.tilt[l];
      bent += std::abs(model.A[j][l]) * at.w[j] * at.w[l];
      out.H[j][l] = (0.5 * (at.tilt[j] * model.g[l] + at.tilt[l] * model.g[j]) + at.length * model.A[j][l] - t * both -
                     t * half * (s.metric[j][l] - both) + factor * of_column(model, s.d, j, l)) *
                    at.w[j] * at.w[l];
    }
    out.trace += std::abs(out.H[j][j]);
  }
  const double sums = 8.0 * static_cast<double>(model.kinks + 4 * s.d + 64) * kEps * at.most * model.mass;
  out.total = at.length * (model.r - t * at.length) + factor * size.rest + error +
              16.0 * t * s.metric_error * size.span * size.span + sums;
  out.all = at.most * reach + at.length * bent + t * (at.most * at.most + size.span * size.span) +
            factor * size.rest_reach * size.rest_reach + error + out.trace;
  return out;
}

/// Diagonal D >= 0 with H - D negative definite: Gauss on -H, or Gershgorin's sums where that is less.
Vector lift(const Form& form, const Vector& w, std::size_t d, double& sum) {
  const double least = 1e-10 * form.trace + 1e-290;
  Square A{};
  for (std::size_t j = 0; j < d; ++j)
    for (std::size_t l = 0; l < d; ++l) A[j][l] = -form.H[j][l];
  Vector D{}, sums{};
  double by_sums = 0.0;
  sum = 0.0;
  for (std::size_t j = 0; j < d; ++j) {
    if (w[j] == 0.0) continue;
    double off = 0.0, all = 0.0;
    for (std::size_t l = j + 1; l < d; ++l) off += std::abs(A[l][j]);
    for (std::size_t l = 0; l < d; ++l)
      if (l != j) all += std::abs(form.H[j][l]);
    sums[j] = std::max(form.H[j][j] + all, 0.0) + least;
    by_sums += sums[j];
    const double want = A[j][j] < 0.1 * off ? std::max(least, off) : least;
    if (A[j][j] < want) D[j] = want - A[j][j];
    sum += D[j];
    const double pivot = A[j][j] + D[j];
    for (std::size_t k = j + 1; k < d; ++k)
      for (std::size_t l = j + 1; l < d; ++l) A[k][l] -= A[k][j] * A[l][j] / pivot;
  }
  if (by_sums < sum) {
    sum = by_sums;
    return sums;
  }
  return D;
}

/// The tangent of 2 b'y + y'Hy, concave, where coordinate ascent ends; the box's maximum of it.
double tangent_above(const Form& form, const Vector& w, std::size_t d) {
  Vector y{}, slope = form.b;
  for (int pass = 0; pass < 12; ++pass)
    for (std::size_t j = 0; j < d; ++j) {
      if (w[j] == 0.0 || !(form.H[j][j] < 0.0)) continue;
      const double step = std::clamp(y[j] - slope[j] / form.H[j][j], -1.0, 1.0) - y[j];
      y[j] += step;
      for (std::size_t l = 0; l < d; ++l) slope[l] += form.H[l][j] * step;
    }
  double top = 0.0;
  for (std::size_t j = 0; j < d; ++j) {
    double gradient = form.b[j];
    for (std::size_t l = 0; l < d; ++l) gradient += form.H[j][l] * y[l];
    top += (form.b[j] + gradient) * y[j] + 2.0 * (std::abs(gradient) - gradient * y[j]);
  }
  return top;
}

}  // namespace

Place place(const Sphere& s, const Vector& low, const Vector& high) {
  Place out;
  for (std::size_t j = 0; j < s.d; ++j) {
    out.m[j] = 0.5 * (low[j] + high[j]);
    out.w[j] = 0.5 * (high[j] - low[j]);
  }
  for (std::size_t j = 0; j < s.d; ++j) {
    for (std::size_t l = 0; l < s.d; ++l) out.Mm[j] += s.metric[j][l] * out.m[l];
    out.square += out.Mm[j] * out.m[j];
  }
  out.length = std::sqrt(std::max(out.square, 1e-300));
  double swing = 0.0;
  for (std::size_t j = 0; j < s.d; ++j) {
    out.tilt[j] = out.Mm[j] / out.length;
    swing += std::abs(out.tilt[j]) * out.w[j];
  }
  for (std::size_t j = 0; j < s.d; ++j)
    for (std::size_t l = 0; l < s.d; ++l)
      out.turn += std::abs(s.metric[j][l] - out.tilt[j] * out.tilt[l]) * out.w[j] * out.w[l] * (1.0 + 1e-12);
  out.least = out.length - swing - 1e-12 * (out.length + swing);
  out.most = (out.length + swing) * (1.0 + 1e-12);
  out.curved = out.least > kSteepest * out.length && out.turn <= kMostTurn * out.least * out.least;
  return out;
}

bool nowhere_positive(const Sphere& s, const Place& at, const Model& model, double t, Vector& share, double& excess) {
  Form form = at.curved ? form_of_curves(s, at, model, t) : form_of_squares(s, at, model, t);
  double lifted = 0.0, shares = 0.0;
  const Vector D = lift(form, at.w, s.d, lifted);
  for (std::size_t j = 0; j < s.d; ++j) {
    form.H[j][j] -= D[j];
    share[j] += 2.0 * std::abs(form.b[j]) + D[j];
    shares += 2.0 * std::abs(form.b[j]) + D[j];
  }
  const double top = tangent_above(form, at.w, s.d);
  const double terms = 64.0 * static_cast<double>(s.c + 4 * s.d + 40);
  excess = form.total + top + lifted + terms * kEps * (form.all + shares) + 1e-290;
  return excess <= 0.0;
}

}  // namespace burelu::verify
