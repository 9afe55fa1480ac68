// The formulas of one cell of branch and bound (docs/method.md, "Branch and bound"), shared by processor and device.
//
// y = u + z, |z_j| <= w_j; l(z) = ||Bu|| + mu'z with mu = B'Bu / ||Bu||, so that ||By|| >= l. Everything is multiplied
// by l > 0: then the homogeneous sides of ||Phi(y)|| <= t ||By|| are quadratic forms up to the fourth order in z.
#pragma once

#include <cmath>

#include "seam/host_device.hpp"

namespace burelu::cell {

inline constexpr int kDims = 16;
inline constexpr double kUnit = 0x1p-53;
inline constexpr double kWider = 1.0 + 1e-12;  // of numbers with some roundings, upwards
inline constexpr double kUnderflow = 1e-290;   // more than what underflows in a form
inline constexpr double kTiny = 1e-140;        // its square is a number
inline constexpr double kSpread = 1.5;         // times the square of what x'z mostly is: 64,656 cells to 72,740 with 1
inline constexpr int kAscents = 12;            // sweeps of a form's maximum
inline constexpr double kTurn = 30.0;          // times l^2: larger changes of ||By||^2 are left to squares
inline constexpr double kFlat = 1e-3;          // of a curvature: slopes need some

/// (s + tau)_+ <= a0 + a1 tau + a2 tau^2 for |tau| <= reach, as low as it can be where tau^2 is near `square`: of all
/// distributions of tau with this variance Scarf's two points have the largest mean of (s + tau)_+, and the parabola
/// touches at them, or at the end of the interval where one of them lies beyond.
struct Parabola {
  double a0, a1, a2;
};

BURELU_FORMULA Parabola parabola_above(double s, double reach, double square) {
  const double off = s < 0.0 ? -s : s;  // (s + tau)_+ = s + tau + (-s - tau)_+
  Parabola p{0.0, 0.0, 0.0};
  if (reach > off) {
    const double variance = kSpread * square;
    const double M = sqrt(off * off + variance);
    if (!(M > kTiny) || !(reach > kTiny)) {
      p.a0 = reach;
    } else {
      const bool beyond = reach <= off + M;
      const double touch = beyond ? -variance / reach : off - M;
      const double width = reach - touch;
      p.a2 = (beyond ? (reach - off) / (width * width) : 0.25 / M) * (1.0 + 0x1p-45);
      p.a0 = p.a2 * touch * touch;
      p.a1 = -2.0 * p.a2 * touch;
    }
  }
  if (s > 0.0) {
    p.a0 += s;
    p.a1 = 1.0 - p.a1;
  }
  return p;
}

/// One cell: its place, the bound e'Phi l <= l (r + g'z) + l0 z'A z, and what the form needs. The arrays of a device
/// live in shared memory.
struct Work {
  double u[kDims], w[kDims], mu[kDims];
  double l0, least, most;  // l at the centre, on the box
  double least_norm;       // <= ||By||
  double turn;             // >= (y'My - l^2) on the box
  double span;             // >= ||By||, by its terms
  double reach;            // >= ||Bz||, by its terms
  bool curved;             // parabolas and l, or chords and squares
  double r, g[kDims], A[kDims][kDims];
  double mass;  // sum of |terms| of parabolas
  double b[kDims], H[kDims][kDims], L[kDims][kDims], D[kDims], slope[kDims], y[kDims], score[kDims];
  double noise;
};

/// From bounds of the box; M is d x d.
BURELU_HOST_DEVICE inline void place(Work& k, const double* low, const double* high, const double* M, int d) {
  double uu = 0.0;
  k.span = k.reach = 0.0;
  for (int j = 0; j < d; ++j) {
    k.u[j] = 0.5 * (low[j] + high[j]);
    k.w[j] = 0.5 * (high[j] - low[j]);
    const double length = sqrt(M[j * d + j]);
    k.reach += length * k.w[j];
    k.span += length * (fabs(k.u[j]) + k.w[j]);
  }
  for (int j = 0; j < d; ++j) {
    double sum = 0.0;
    for (int l = 0; l < d; ++l) sum += M[j * d + l] * k.u[l];
    k.mu[j] = sum;
    uu += sum * k.u[j];
  }
  k.l0 = sqrt(uu > 1e-300 ? uu : 1e-300);
  double swing = 0.0;
  k.turn = 0.0;
  for (int j = 0; j < d; ++j) {
    k.mu[j] /= k.l0;
    swing += fabs(k.mu[j]) * k.w[j];
  }
  for (int j = 0; j < d; ++j)
    for (int l = 0; l < d; ++l) k.turn += fabs(M[j * d + l] - k.mu[j] * k.mu[l]) * k.w[j] * k.w[l];
  k.least = k.l0 - swing - 1e-12 * (k.l0 + swing);
  k.most = (k.l0 + swing) * kWider;
  k.curved = k.least > 0.0 && k.turn <= kTurn * k.least * k.least;
  const double norm = k.l0 - k.reach - 1e-12 * (k.l0 + k.reach);
  k.least_norm = norm > k.least ? norm : k.least;
}

/// H - D negative definite with diagonal D >= 0: by the pivots of -H, or Gershgorin's sums where they are less.
BURELU_HOST_DEVICE inline double lift(Work& k, int e, double trace) {
  const double least = 1e-10 * trace + 1e-300;
  double lifted = 0.0, sums = 0.0;
  for (int a = 0; a < e; ++a)
    for (int l = 0; l <= a; ++l) k.L[a][l] = -k.H[a][l];
  for (int a = 0; a < e; ++a) {
    double off = 0.0;  // a pivot close to zero makes the next ones very negative
    for (int l = a + 1; l < e; ++l) off += fabs(k.L[l][a]);
    const double v = k.L[a][a];
    const double want = v < 0.1 * off && off > least ? off : least;
    k.D[a] = v < want ? want - v : 0.0;
    lifted += k.D[a];
    for (int l = a + 1; l < e; ++l) {
      const double factor = k.L[l][a] / (v + k.D[a]);
      for (int m = a + 1; m <= l; ++m) k.L[l][m] -= factor * k.L[m][a];
    }
  }
  for (int a = 0; a < e; ++a) {
    double sum = k.H[a][a];
    for (int l = 0; l < e; ++l)
      if (l != a) sum += fabs(k.H[a][l]);
    sums += (sum > 0.0 ? sum : 0.0) + least;
  }
  if (!(sums < lifted)) return lifted;
  for (int a = 0; a < e; ++a) {
    double sum = k.H[a][a];
    for (int l = 0; l < e; ++l)
      if (l != a) sum += fabs(k.H[a][l]);
    k.D[a] = (sum > 0.0 ? sum : 0.0) + least;
  }
  return sums;
}

/// Maximum of 2 b'y + y'Hy over |y_a| <= 1, from above: H is lifted to a concave form, whose tangent anywhere bounds
/// it.
BURELU_HOST_DEVICE inline double top(Work& k, int e, double* magnitude) {
  double trace = 0.0;
  for (int a = 0; a < e; ++a) trace += fabs(k.H[a][a]);
  const double lifted = lift(k, e, trace);
  for (int a = 0; a < e; ++a) {
    k.H[a][a] -= k.D[a];
    k.y[a] = 0.0;
    k.slope[a] = k.b[a];
  }
  for (int sweep = 0; sweep < kAscents; ++sweep) {
    double moved = 0.0;
    for (int a = 0; a < e; ++a) {
      double to = k.slope[a] > 0.0 ? 1.0 : -1.0;
      if (k.H[a][a] < 0.0) {
        to = k.y[a] - k.slope[a] / k.H[a][a];
        to = to > 1.0 ? 1.0 : (to < -1.0 ? -1.0 : to);
      }
      const double step = to - k.y[a];
      if (step == 0.0) continue;
      k.y[a] = to;
      for (int l = 0; l < e; ++l) k.slope[l] += k.H[a][l] * step;
      moved += fabs(step);
    }
    if (moved < 1e-3) break;
  }
  double sum = 0.0;
  for (int a = 0; a < e; ++a) {
    double own = k.b[a];
    for (int l = 0; l < e; ++l) own += k.H[a][l] * k.y[l];
    sum += (k.b[a] + own) * k.y[a] + 2.0 * (fabs(own) - own * k.y[a]);
  }
  *magnitude = lifted + trace;
  return sum + lifted;
}

/// What Phi has across e: || . || <= || R + G z || + E, and its square's share in the form.
struct Across {
  const double* R = nullptr;  // c; none where it does not count
  const double* G = nullptr;  // c x d
  int c = 0;
  double E = 0.0;
};

/// Bounds of what is across: its norm at the centre squared and on the box, and the largest possible square as
/// (1 + rho) ||R + G z||^2 + (1 + 1 / rho) E^2.
struct Reach {
  double rest = 0.0, most = 0.0, rho = 0.0, error = 0.0;
};

BURELU_HOST_DEVICE inline Reach reach_of(const Work& k, const Across& across, int d) {
  Reach out;
  if (across.R == nullptr) return out;
  for (int z = 0; z < across.c; ++z) out.rest += across.R[z] * across.R[z];
  out.most = sqrt(out.rest);
  for (int j = 0; j < d; ++j) {
    double square = 0.0;
    for (int z = 0; z < across.c; ++z) square += across.G[z * d + j] * across.G[z * d + j];
    out.most += sqrt(square) * k.w[j];
  }
  const double E = across.E;
  out.rho = out.most > E * 1e-6 ? (E / out.most > 1e-12 ? E / out.most : 1e-12) : 1e6;
  out.error = E * E * (1.0 + 1.0 / out.rho);
  return out;
}

/// q0 + 2 b'z + z'Hz with b of `linear` and H of `entry`, from above over the box; everything that was added up in
/// `all`. Adds to the scores.
template <class Linear, class Entry>
BURELU_HOST_DEVICE inline double over_box(Work& k, const Across& across, int d, double factor, double all,
                                          double other_rounding, Linear linear, Entry entry) {
  int e = 0;
  for (int j = 0; j < d; ++j) {
    if (!(k.w[j] > 0.0)) continue;
    double mixed = 0.0;
    for (int z = 0; z < across.c; ++z) mixed += across.R[z] * across.G[z * d + j];
    k.b[e] = (linear(j) + factor * mixed) * k.w[j];
    int f = 0;
    for (int l = 0; l <= j; ++l) {
      if (!(k.w[l] > 0.0)) continue;
      double product = 0.0;
      for (int z = 0; z < across.c; ++z) product += across.G[z * d + j] * across.G[z * d + l];
      k.H[e][f] = k.H[f][e] = (entry(j, l) + factor * product) * k.w[j] * k.w[l];
      ++f;
    }
    ++e;
  }
  double magnitude = 0.0;
  const double most = top(k, e, &magnitude);
  for (int j = 0, a = 0; j < d; ++j)
    if (k.w[j] > 0.0) {
      k.score[j] += 2.0 * fabs(k.b[a]) + k.D[a];
      ++a;
    }
  const double rounding = other_rounding + 64.0 * (across.c + 4 * d + 40) * kUnit * (all + magnitude) + kUnderflow;
  k.noise = rounding > k.noise ? rounding : k.noise;
  return most + rounding;
}

/// q with l e'Phi + (share of what is across) <= t l ||By|| + q on the box, l > 0; proven where q <= 0.
BURELU_HOST_DEVICE inline double form(Work& k, const double* M, double metric_slack, int d, double t, int terms,
                                      const Across& across) {
  const double l0 = k.l0;
  const double kappa = 2.0 / (1.0 + sqrt(1.0 + k.turn / (k.least * k.least))) / kWider;
  const Reach reach = reach_of(k, across, d);
  double factor = 0.0, error = 0.0;
  if (across.R != nullptr) {  // (T^2 - b^2)^1/2 >= T - b^2 / (T (1 + (1 - share^2)^1/2)), T = t ||By|| >= t l
    const double near = k.span / k.least;  // ||By|| >= l up to what metric_slack does to the squares
    const double share = (reach.most + across.E) / (t * k.least) * (1.0 + 4.0 * metric_slack * near * near) * kWider;
    if (!(share < 1.0)) {
      for (int j = 0; j < d; ++j) {
        double square = 0.0;
        for (int z = 0; z < across.c; ++z) square += across.G[z * d + j] * across.G[z * d + j];
        k.score[j] += t * l0 * sqrt(square) * k.w[j];
      }
      return HUGE_VAL;
    }
    factor = kWider / (t * (1.0 + sqrt(1.0 - share * share)));
    error = factor * reach.error;
    factor *= 1.0 + reach.rho;
  }
  double along = fabs(k.r), curved = 0.0;
  for (int j = 0; j < d; ++j) {
    along += fabs(k.g[j]) * k.w[j];
    for (int l = 0; l < d; ++l) curved += fabs(k.A[j][l]) * k.w[j] * k.w[l];
  }
  const double all =
      along * k.most + t * (k.most * k.most + k.span * k.span) + factor * reach.most * reach.most + error + l0 * curved;
  const double rounding =
      4.0 * t * metric_slack * k.span * k.span + 4.0 * (terms + 4 * d + 64) * kUnit * k.most * k.mass;
  const double over = over_box(
      k, across, d, factor, all, rounding,
      [&](int j) { return 0.5 * (l0 * (k.g[j] - t * k.mu[j]) + (k.r - t * l0) * k.mu[j]); },
      [&](int j, int l) {
        const double mm = k.mu[j] * k.mu[l];
        return 0.5 * (k.mu[j] * k.g[l] + k.mu[l] * k.g[j]) + l0 * k.A[j][l] - t * mm -
               0.5 * kappa * t * (M[j * d + l] - mm);
      });
  return l0 * (k.r - t * l0) + factor * reach.rest + error + over;
}

/// The same with chords (A = 0) and squares, (e'Phi)^2 + (share of what is across) <= t^2 ||By||^2 + q: for boxes on
/// which ||By|| changes so much that it has no good bound of second order.
BURELU_HOST_DEVICE inline double form_of_squares(Work& k, const double* M, double metric_slack, int d, double t,
                                                 int terms, const Across& across) {
  const double tt = t * t;
  const Reach reach = reach_of(k, across, d);
  double along = fabs(k.r);
  for (int j = 0; j < d; ++j) along += fabs(k.g[j]) * k.w[j];
  const double factor = across.R != nullptr ? 1.0 + reach.rho : 0.0;
  const double all = along * along + factor * reach.most * reach.most + reach.error + tt * k.span * k.span;
  const double rounding =
      4.0 * tt * metric_slack * k.span * k.span + 8.0 * (terms + 4 * d + 64) * kUnit * along * k.mass;
  const double over = over_box(
      k, across, d, factor, all, rounding, [&](int j) { return k.r * k.g[j] - tt * k.l0 * k.mu[j]; },
      [&](int j, int l) { return k.g[j] * k.g[l] - tt * M[j * d + l]; });
  return k.r * k.r + factor * reach.rest + reach.error - tt * k.l0 * k.l0 + over;
}

}  // namespace burelu::cell
