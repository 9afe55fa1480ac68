#include "verify/box_form.hpp"

#include <algorithm>
#include <cmath>

namespace burelu::verify {
namespace {

/// q = total + 2 b'y + y'Hy in y_j = z_j / w_j, |y_j| <= 1, and the sum of its |terms|.
struct Form {
  double total = 0.0, all = 0.0, trace = 0.0;
  Vector b{};
  Square H{};
};

Form form_of(const Sphere& s, const Place& at, const Model& model, double t) {
  const std::size_t d = s.d;
  const std::size_t c = model.R.size();
  double reach = std::abs(model.r), rest = 0.0, span = 0.0;
  for (std::size_t z = 0; z < c; ++z) rest += model.R[z] * model.R[z];
  double rest_reach = std::sqrt(rest);
  for (std::size_t j = 0; j < d; ++j) {
    double own = 0.0;
    for (std::size_t z = 0; z < c; ++z) own += model.G[z * d + j] * model.G[z * d + j];
    reach += std::abs(model.g[j]) * at.w[j];
    rest_reach += std::sqrt(own) * at.w[j];
    span += std::sqrt(s.metric[j][j]) * (std::abs(at.m[j]) + at.w[j]);
  }
  // (a + E)^2 <= (1 + ratio) a^2 + (1 + 1 / ratio) E^2
  const double ratio = rest_reach > 1e-9 * model.E ? std::max(model.E / rest_reach, 1e-12) : 1e9;
  const double error = c > 0 ? model.E * model.E * (1.0 + 1.0 / ratio) : 0.0;
  const double tt = t * t;
  Form out;
  out.total =
      model.r * model.r + (1.0 + ratio) * rest + error - tt * at.square + 4.0 * tt * s.metric_error * span * span;
  for (std::size_t j = 0; j < d; ++j) {
    if (at.w[j] == 0.0) continue;
    double mixed = 0.0;
    for (std::size_t z = 0; z < c; ++z) mixed += model.R[z] * model.G[z * d + j];
    out.b[j] = (model.r * model.g[j] + (1.0 + ratio) * mixed - tt * at.Mm[j]) * at.w[j];
    for (std::size_t l = 0; l < d; ++l) {
      double product = 0.0;
      for (std::size_t z = 0; z < c; ++z) product += model.G[z * d + j] * model.G[z * d + l];
      out.H[j][l] = (model.g[j] * model.g[l] + (1.0 + ratio) * product - tt * s.metric[j][l]) * at.w[j] * at.w[l];
    }
    out.trace += std::abs(out.H[j][j]);
  }
  out.all = reach * reach + (1.0 + ratio) * rest_reach * rest_reach + error + tt * span * span + out.trace;
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
  return out;
}

bool nowhere_positive(const Sphere& s, const Place& at, const Model& model, double t, Vector& share, double& excess) {
  Form form = form_of(s, at, model, t);
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
