#include "branch/cell.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace burelu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUnit = 0x1p-53;
constexpr double kUnderflow = 1e-290;  // more than what underflows in the quadratic
#ifndef SWEEPS
#define SWEEPS 3
#endif
constexpr int kSweeps = SWEEPS;        // of the slopes
constexpr double kHopeless = 2.0;      // times the rounding errors: what is missing is no matter of size
constexpr double kThinnest = 0x1p-48;  // half a side that is not cut further: bounds stay exact
constexpr int kAscents = 12;           // sweeps of the quadratic's maximum

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

}  // namespace

CellTest::CellTest(const Kinks& kinks) : k_(kinks), d_(kinks.dims), c_(kinks.outputs) {
  const std::size_t m = at(kinks.count);
  for (auto* v : {&s_, &r_, &lambda_, &p_, &theta_, &half_}) v->resize(m);
  open_.resize(m);
  for (auto* v : {&phi_, &e_, &R_}) v->resize(at(c_));
  G_.resize(at(c_ * d_));
}

void CellTest::root(Frame& frame) const {
  frame.count = frame.stride = k_.count;
  frame.x = k_.x;
  frame.g = k_.g;
  frame.linear = k_.linear;
}

void CellTest::classify(const Box& box, const Frame& parent, Frame& child) {
  const index_t n = parent.count;
  uu_ = 0.0;
  double reach = 0.0;
  for (index_t j = 0; j < d_; ++j) {
    u_[j] = 0.5 * (box.low[j] + box.high[j]);
    w_[j] = 0.5 * (box.high[j] - box.low[j]);
    reach += std::sqrt(k_.metric[at(j * d_ + j)]) * w_[j];
  }
  for (index_t j = 0; j < d_; ++j) {
    Mu_[j] = 0.0;
    for (index_t l = 0; l < d_; ++l) Mu_[j] += k_.metric[at(j * d_ + l)] * u_[l];
    uu_ += Mu_[j] * u_[j];
  }
  uu_ = std::max(uu_, 1e-300);
  norm_ = std::sqrt(uu_);
  least_norm_ = std::max((norm_ - reach) * (1.0 - 1e-12), 0.0);
  double* s = s_.data();
  double* r = r_.data();
  std::fill_n(s, n, 0.0);
  std::fill_n(r, n, 0.0);
  for (index_t j = 0; j < d_; ++j) {
    const double* x = parent.x.data() + j * parent.stride;
    const double u = u_[j];
    const double w = w_[j];
    for (index_t i = 0; i < n; ++i) {
      s[i] += x[i] * u;
      r[i] += std::abs(x[i]) * w;
    }
  }
  child.linear = parent.linear;
  index_t open = 0;
  for (index_t i = 0; i < n; ++i) {
    if (std::abs(s[i]) < r[i]) {
      open_[at(open++)] = static_cast<std::int32_t>(i);
    } else if (s[i] > 0.0) {
      for (index_t z = 0; z < c_; ++z) {
        const double g = parent.g[at(z * parent.stride + i)];
        for (index_t j = 0; j < d_; ++j) child.linear[at(z * d_ + j)] += g * parent.x[at(j * parent.stride + i)];
      }
    }
  }
  child.count = child.stride = open;
  child.x.resize(at(d_ * open));
  child.g.resize(at(c_ * open));
  for (index_t j = 0; j < d_; ++j) {
    const double* from = parent.x.data() + j * parent.stride;
    double* to = child.x.data() + j * open;
    for (index_t i = 0; i < open; ++i) to[i] = from[open_[at(i)]];
  }
  for (index_t z = 0; z < c_; ++z) {
    const double* from = parent.g.data() + z * parent.stride;
    double* to = child.g.data() + z * open;
    for (index_t i = 0; i < open; ++i) to[i] = from[open_[at(i)]];
  }
  for (index_t i = 0; i < open; ++i) {
    s[i] = s[open_[at(i)]];
    r[i] = r[open_[at(i)]];
  }
}

double CellTest::at_centre(const Frame& f) {
  double square = 0.0;
  for (index_t z = 0; z < c_; ++z) {
    double sum = 0.0;
    for (index_t j = 0; j < d_; ++j) sum += f.linear[at(z * d_ + j)] * u_[j];
    const double* g = f.g.data() + z * f.stride;
    for (index_t i = 0; i < f.count; ++i) sum += g[i] * std::max(s_[at(i)], 0.0);
    phi_[at(z)] = sum;
    square += sum * sum;
  }
  const double size = std::sqrt(square);
  for (index_t z = 0; z < c_; ++z) e_[at(z)] = size > 1e-140 ? phi_[at(z)] / size : (z == 0 ? 1.0 : 0.0);
  return size;
}

// Everything but the slopes: p = e'g, chords, the rest of Phi.
void CellTest::model(const Frame& f) {
  const index_t n = f.count;
  E_ = k_.slack;
  double* p = p_.data();
  std::fill_n(p, n, 0.0);
  for (index_t z = 0; z < c_; ++z) {
    const double* g = f.g.data() + z * f.stride;
    for (index_t i = 0; i < n; ++i) p[i] += e_[at(z)] * g[i];
  }
  for (index_t i = 0; i < n; ++i) {
    const double s = s_[at(i)];
    const double r = r_[at(i)];
    const double lambda = (s + r) / (2.0 * r);
    lambda_[at(i)] = lambda;
    half_[at(i)] = 0.5 * lambda * (r - s);
  }
  r_e_ = low_r_ = k_.slack;
  low_r_ = -k_.slack;
  std::fill_n(g_, d_, 0.0);
  for (index_t z = 0; z < c_; ++z)
    for (index_t j = 0; j < d_; ++j) g_[j] += e_[at(z)] * f.linear[at(z * d_ + j)];
  for (index_t j = 0; j < d_; ++j) {
    low_g_[j] = g_[j];
    r_e_ += g_[j] * u_[j];
    low_r_ += g_[j] * u_[j];
  }
  for (index_t i = 0; i < n; ++i) {
    const double chord = p[i] * (lambda_[at(i)] * s_[at(i)] + 2.0 * half_[at(i)]);
    const double below = p[i] * lambda_[at(i)] * s_[at(i)];
    r_e_ += p[i] > 0.0 ? chord : below;
    low_r_ += p[i] > 0.0 ? below : chord;
    theta_[at(i)] = lambda_[at(i)];
  }
  for (index_t j = 0; j < d_; ++j) {
    const double* x = f.x.data() + j * f.stride;
    double sum = 0.0;
    for (index_t i = 0; i < n; ++i) sum += p[i] * lambda_[at(i)] * x[i];
    g_[j] += sum;
    low_g_[j] += sum;
  }
  if (c_ == 1) return;
  for (index_t i = 0; i < n; ++i) {
    double square = 0.0;
    for (index_t z = 0; z < c_; ++z) square += f.g[at(z * f.stride + i)] * f.g[at(z * f.stride + i)];
    E_ += std::sqrt(std::max(square - p[i] * p[i], 0.0) + 8.0 * static_cast<double>(c_ + 4) * kUnit * square) *
          half_[at(i)];
  }
  for (index_t z = 0; z < c_; ++z) {
    const double* g = f.g.data() + z * f.stride;
    double sum = 0.0;
    for (index_t j = 0; j < d_; ++j) sum += f.linear[at(z * d_ + j)] * u_[j];
    for (index_t i = 0; i < n; ++i) sum += g[i] * (lambda_[at(i)] * s_[at(i)] + half_[at(i)]);
    R_[at(z)] = sum;
    for (index_t j = 0; j < d_; ++j) {
      const double* x = f.x.data() + j * f.stride;
      double slope = f.linear[at(z * d_ + j)];
      for (index_t i = 0; i < n; ++i) slope += g[i] * lambda_[at(i)] * x[i];
      G_[at(z * d_ + j)] = slope;
    }
  }
  double along = 0.0;
  for (index_t z = 0; z < c_; ++z) along += e_[at(z)] * R_[at(z)];
  for (index_t z = 0; z < c_; ++z) R_[at(z)] -= along * e_[at(z)];
  for (index_t j = 0; j < d_; ++j) {
    double sum = 0.0;
    for (index_t z = 0; z < c_; ++z) sum += e_[at(z)] * G_[at(z * d_ + j)];
    for (index_t z = 0; z < c_; ++z) G_[at(z * d_ + j)] -= sum * e_[at(z)];
  }
}

// Slopes that minimise r_e + sum_j psi_j(b_j), b = g - t M u / ||u||, psi the maximum of b z - C z^2 / 2 in the box:
// coordinate descent on quadratics that touch psi from above.
void CellTest::flatten(const Frame& f, double t) {
  double b[kMostDims], W[kMostDims];
  for (index_t j = 0; j < d_; ++j) b[j] = g_[j] - t * Mu_[j] / norm_;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (index_t j = 0; j < d_; ++j) {
      const double C = t * k_.metric[at(j * d_ + j)] / norm_;
      W[j] = w_[j] > 0.0 ? w_[j] / std::max(std::abs(b[j]), C * w_[j]) : 0.0;
    }
    for (index_t i = 0; i < f.count; ++i) {
      const double q = -p_[at(i)];
      if (!(q > 0.0)) continue;
      double slope = s_[at(i)];
      double curvature = 0.0;
      for (index_t j = 0; j < d_; ++j) {
        const double x = f.x[at(j * f.stride + i)];
        slope += W[j] * b[j] * x;
        curvature += W[j] * x * x;
      }
      if (!(curvature > 0.0)) continue;
      const double before = theta_[at(i)];
      const double after = std::clamp(before + slope / (q * curvature), 0.0, 1.0);
      const double change = q * (after - before);
      if (change == 0.0) continue;
      theta_[at(i)] = after;
      for (index_t j = 0; j < d_; ++j) b[j] -= change * f.x[at(j * f.stride + i)];
    }
  }
  // g and r_e afresh: no rounding of the updates is left in them
  for (index_t i = 0; i < f.count; ++i)
    if (p_[at(i)] < 0.0) lambda_[at(i)] = theta_[at(i)];
  r_e_ = k_.slack;
  std::fill_n(g_, d_, 0.0);
  for (index_t z = 0; z < c_; ++z)
    for (index_t j = 0; j < d_; ++j) g_[j] += e_[at(z)] * f.linear[at(z * d_ + j)];
  for (index_t j = 0; j < d_; ++j) r_e_ += g_[j] * u_[j];
  for (index_t i = 0; i < f.count; ++i) {
    const double top = p_[at(i)] > 0.0 ? 2.0 * half_[at(i)] : 0.0;
    r_e_ += p_[at(i)] * (lambda_[at(i)] * s_[at(i)] + top);
  }
  for (index_t j = 0; j < d_; ++j) {
    const double* x = f.x.data() + j * f.stride;
    double sum = 0.0;
    for (index_t i = 0; i < f.count; ++i) sum += p_[at(i)] * lambda_[at(i)] * x[i];
    g_[j] += sum;
  }
}

// Upper bound of the quadratic over the box, in z = w y, |y_j| <= 1.
double CellTest::quadratic(double t, double r, const double* g) {
  int free[kMostDims];
  int e = 0;
  for (index_t j = 0; j < d_; ++j)
    if (w_[j] > 0.0) free[e++] = static_cast<int>(j);
  const double t2 = t * t;
  double reach = std::abs(r);
  double rest = 0.0, rest_reach = 0.0;
  for (int a = 0; a < e; ++a) reach += std::abs(g[free[a]]) * w_[free[a]];
  double rho = 0.0, error = E_ * E_;
  if (c_ > 1) {
    for (index_t z = 0; z < c_; ++z) rest += R_[at(z)] * R_[at(z)];
    rest_reach = std::sqrt(rest);
    for (int a = 0; a < e; ++a) {
      double square = 0.0;
      for (index_t z = 0; z < c_; ++z) square += G_[at(z * d_ + free[a])] * G_[at(z * d_ + free[a])];
      rest_reach += std::sqrt(square) * w_[free[a]];
    }
    rho = rest_reach > E_ * 1e-6 ? std::max(E_ / rest_reach, 1e-12) : 1e6;
    error = E_ * E_ * (1.0 + 1.0 / rho);
  }
  double q = r * r + (1.0 + rho) * rest + error - t2 * uu_;
  double b[kMostDims], H[kMostDims][kMostDims];
  for (int a = 0; a < e; ++a) {
    const int j = free[a];
    double sum = 0.0;
    for (index_t z = 0; z < c_ && c_ > 1; ++z) sum += R_[at(z)] * G_[at(z * d_ + j)];
    b[a] = (r * g[j] + (1.0 + rho) * sum - t2 * Mu_[j]) * w_[j];
    for (int a2 = 0; a2 <= a; ++a2) {
      const int l = free[a2];
      double product = 0.0;
      for (index_t z = 0; z < c_ && c_ > 1; ++z) product += G_[at(z * d_ + j)] * G_[at(z * d_ + l)];
      H[a][a2] = H[a2][a] = (g[j] * g[l] + (1.0 + rho) * product - t2 * k_.metric[at(j * d_ + l)]) * w_[j] * w_[l];
    }
  }
  // D >= 0 with H - D <= 0: by the pivots of -H, which fail where H has a positive part.
  double trace = 0.0;
  for (int a = 0; a < e; ++a) trace += std::abs(H[a][a]);
  const double least = 1e-10 * trace + 1e-300;
  double D[kMostDims], L[kMostDims][kMostDims], pivot[kMostDims];
  double lifted = 0.0;
  for (int a = 0; a < e; ++a) {
    for (int l = 0; l < a; ++l) {
      double v = -H[a][l];
      for (int k = 0; k < l; ++k) v -= L[a][k] * L[l][k] * pivot[k];
      L[a][l] = v / pivot[l];
    }
    double v = -H[a][a];
    for (int k = 0; k < a; ++k) v -= L[a][k] * L[a][k] * pivot[k];
    // a pivot close to zero makes the next ones very negative
    double want = least;
    double off = 0.0;
    for (int l = a + 1; l < e; ++l) {
      double m = -H[l][a];
      for (int k = 0; k < a; ++k) m -= L[l][k] * L[a][k] * pivot[k];
      off += std::abs(m);
    }
    if (v < off && v < 0.1 * off) want = std::max(least, off);
    D[a] = v < want ? want - v : 0.0;
    pivot[a] = v + D[a];
    lifted += D[a];
  }
  double gershgorin = 0.0, G[kMostDims];
  for (int a = 0; a < e; ++a) {
    double sum = H[a][a];
    for (int l = 0; l < e; ++l)
      if (l != a) sum += std::abs(H[a][l]);
    G[a] = std::max(sum, 0.0) + least;
    gershgorin += G[a];
  }
  if (gershgorin < lifted) {
    std::copy_n(G, e, D);
    lifted = gershgorin;
  }
  for (int a = 0; a < e; ++a) H[a][a] -= D[a];
  double y[kMostDims] = {};
  double grad[kMostDims];
  std::copy_n(b, e, grad);
  for (int sweep = 0; sweep < kAscents; ++sweep) {
    double moved = 0.0;
    for (int a = 0; a < e; ++a) {
      const double to = H[a][a] < 0.0 ? std::clamp(y[a] - grad[a] / H[a][a], -1.0, 1.0) : (grad[a] > 0 ? 1.0 : -1.0);
      const double step = to - y[a];
      if (step == 0.0) continue;
      y[a] = to;
      for (int l = 0; l < e; ++l) grad[l] += H[a][l] * step;
      moved += std::abs(step);
    }
    if (moved < 1e-3) break;
  }
  double top = 0.0;
  for (int a = 0; a < e; ++a) {
    double sum = b[a];
    for (int l = 0; l < e; ++l) sum += H[a][l] * y[l];
    top += (b[a] + sum) * y[a] + 2.0 * (std::abs(sum) - sum * y[a]);
    score_[free[a]] += 2.0 * std::abs(b[a]) + D[a];
  }
  double mm = 0.0;
  for (index_t j = 0; j < d_; ++j) mm += std::sqrt(k_.metric[at(j * d_ + j)]) * (std::abs(u_[j]) + w_[j]);
  const double total = reach * reach + (1.0 + rho) * rest_reach * rest_reach + error + t2 * mm * mm + lifted + trace;
  const double rounding =
      t2 * k_.metric_slack + 64.0 * static_cast<double>(c_ + 4 * d_ + 40) * kUnit * total + kUnderflow;
  noise_ = std::max(noise_, rounding + 4.0 * k_.slack * (reach + rest_reach));
  return q + top + lifted + rounding;
}

int CellTest::widest(const Frame&) const {
  int axis = -1;
  for (index_t j = 0; j < d_; ++j)
    if (w_[j] > kThinnest && (axis < 0 || score_[j] > score_[axis])) axis = static_cast<int>(j);
  return axis;
}

CellVerdict CellTest::test(const Box& box, const Frame& parent, double t, Frame& child) {
  classify(box, parent, child);
  CellVerdict out;
  const double size = at_centre(child);
  out.value = size / norm_;
  model(child);
  std::fill_n(score_, d_, 0.0);
  double low = low_r_;
  for (index_t j = 0; j < d_; ++j) low -= std::abs(low_g_[j]) * w_[j];
  flatten(child, t);
  double least = r_e_;
  for (index_t j = 0; j < d_; ++j) least -= std::abs(g_[j]) * w_[j];
  noise_ = 0.0;
  double q = quadratic(t, r_e_, g_);
  if (low < -std::max(least, 0.0)) {  // e'Phi may be negative: the same for -e
    for (index_t j = 0; j < d_; ++j) low_g_[j] = -low_g_[j];
    const double other = quadratic(t, -low_r_, low_g_);
    if (!(other <= q)) q = other;  // NaN as well
  }
  // ||Phi|| <= t ||By|| + what is missing
  const double bound =
      q <= 0.0 ? t : (least_norm_ > 0.0 ? std::sqrt(t * t + q / (least_norm_ * least_norm_)) : kInfinity);
  out.bound = bound;
  out.proven = bound <= t;
  if (!out.proven) {
    for (index_t j = 0; j < d_; ++j) {
      if (w_[j] == 0.0) continue;
      const double* x = child.x.data() + j * child.stride;
      double sum = 0.0;
      for (index_t i = 0; i < child.count; ++i) {
        double size_i = 0.0;
        if (p_[at(i)] > 0.0)
          size_i = p_[at(i)];
        else
          size_i = -p_[at(i)] * 0.3;
        sum += size_i * std::abs(x[i]);
      }
      score_[j] += t * norm_ * sum * w_[j];
    }
    out.axis = q <= kHopeless * noise_ ? -1 : widest(child);  // halves would miss by rounding as well
  }
  return out;
}

}  // namespace burelu
