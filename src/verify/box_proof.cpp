#include "verify/box_proof.hpp"

#include <algorithm>
#include <cmath>

namespace burelu::verify {
namespace {

constexpr std::size_t kCones = 64;
constexpr double kShortest = 1e-140;  // its square is a number
constexpr double kSmallError = 0.15;  // of gamma: across is as good as cones
constexpr double kLargeError = 0.7;   // across is no use

double relu(double t) { return t > 0.0 ? t : 0.0; }

}  // namespace

BoxProof::BoxProof(const Sphere& sphere) : s_(sphere) {
  // Any points in this order do: cones between neighbours cover the plane.
  for (std::size_t k = 0; k <= kCones; ++k) {
    const double angle = 2.0 * std::acos(-1.0) * static_cast<double>(k % kCones) / static_cast<double>(kCones);
    corners_.push_back({std::cos(angle), std::sin(angle)});
  }
}

BoxProof::Outcome BoxProof::test(Box& box, const Open& parent, Open& open) {
  at_ = place(s_, box.low, box.high);
  narrow(parent, open);
  share_ = {};
  std::vector<double> phi(s_.c, 0.0);
  const double size = at_centre(open, phi);
  if (size > s_.gamma * at_.length * (1.0 + 1e-9) + 2.0 * s_.slack) return Outcome::violated;
  curves_.make(at_, s_.d, open.x, centre_, radius_);
  for (double& v : phi) v = size > kShortest ? v / size : 0.0;
  if (!(size > kShortest)) phi[0] = 1.0;
  if (s_.c == 1) return signs(open, box.cones) ? Outcome::proven : Outcome::open;
  if (across(open, phi)) return Outcome::proven;
  if (s_.c > 2 || excess_ < 0.0) return Outcome::open;
  bool all = true;
  for (std::size_t k = 0; k < 4; ++k) all = along(open, k * kCones / 4, kCones / 4, box.cones) && all;
  return all ? Outcome::proven : Outcome::open;
}

double BoxProof::at_centre(const Open& open, std::vector<double>& phi) const {
  double square = 0.0;
  for (std::size_t z = 0; z < s_.c; ++z) {
    for (std::size_t j = 0; j < s_.d; ++j) phi[z] += open.linear[z * s_.d + j] * at_.m[j];
    for (std::size_t i = 0; i < open.count; ++i) phi[z] += open.g[i * s_.c + z] * relu(centre_[i]);
    square += phi[z] * phi[z];
  }
  return std::sqrt(square);
}

bool BoxProof::signs(const Open& open, std::uint64_t& cones) {
  for (std::size_t k = 0; k < 2; ++k) {
    const std::uint64_t mine = std::uint64_t{1} << k;
    if ((cones & mine) == 0) continue;
    const Vector kept = share_;
    Model model;
    if (!below(open, {k == 0 ? 1.0 : -1.0}, s_.gamma, model, nullptr)) continue;
    cones &= ~mine;
    share_ = kept;
  }
  return (cones & 3U) == 0;
}

std::size_t BoxProof::axis() const {
  std::size_t axis = s_.d;
  for (std::size_t j = 0; j < s_.d; ++j)
    if (at_.w[j] > 0x1p-46 && (axis == s_.d || share_[j] > share_[axis])) axis = j;
  return axis;
}

void BoxProof::narrow(const Open& parent, Open& out) {
  const std::size_t d = s_.d, c = s_.c;
  out.linear = parent.linear;
  kept_.clear();
  centre_.clear();
  radius_.clear();
  for (std::size_t i = 0; i < parent.count; ++i) {
    const double* x = parent.x.data() + i * d;
    double s = 0.0, r = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      s += x[j] * at_.m[j];
      r += std::abs(x[j]) * at_.w[j];
    }
    if (std::abs(s) < r) {
      kept_.push_back(i);
      centre_.push_back(s);
      radius_.push_back(r);
    } else if (s > 0.0) {
      for (std::size_t z = 0; z < c; ++z)
        for (std::size_t j = 0; j < d; ++j) out.linear[z * d + j] += parent.g[i * c + z] * x[j];
    }
  }
  out.count = kept_.size();
  out.x.resize(out.count * d);
  out.g.resize(out.count * c);
  for (std::size_t i = 0; i < out.count; ++i) {
    std::copy_n(parent.x.data() + kept_[i] * d, d, out.x.data() + i * d);
    std::copy_n(parent.g.data() + kept_[i] * c, c, out.g.data() + i * c);
  }
}

/// The model of e'Phi, and whether it is proven with t instead of gamma; `least` receives a lower bound of r + g'z.
bool BoxProof::below(const Open& open, const std::vector<double>& e, double t, Model& model, double* least) {
  const std::size_t d = s_.d, n = open.count;
  p_.assign(n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t z = 0; z < s_.c; ++z) p_[i] += e[z] * open.g[i * s_.c + z];
  model.g = {};
  model.r = (at_.curved ? 4.0 : 1.0) * s_.slack;
  for (std::size_t j = 0; j < d; ++j) {
    for (std::size_t z = 0; z < s_.c; ++z) model.g[j] += e[z] * open.linear[z * d + j];
    model.r += model.g[j] * at_.m[j];
  }
  add_curves(d, model);
  add_lines(open, t, model);
  if (least != nullptr) {
    *least = model.r;
    for (std::size_t j = 0; j < d; ++j) *least -= std::abs(model.g[j]) * at_.w[j];
  }
  if (nowhere_positive(s_, at_, model, t, share_, excess_)) return true;
  const double unit = (at_.curved ? 1.0 : t) * at_.length;
  for (std::size_t j = 0; j < d; ++j)
    for (std::size_t i = 0; i < n; ++i)
      share_[j] += unit * (p_[i] > 0.0 ? p_[i] : -0.3 * p_[i]) * std::abs(open.x[i * d + j]) * at_.w[j];
  return false;
}

/// Kinks that help e.
void BoxProof::add_curves(std::size_t d, Model& model) const {
  double base = 0.0;
  model.A = {};
  model.mass = 0.0;
  model.kinks = p_.size();
  for (std::size_t i = 0; i < p_.size(); ++i) {
    if (!(p_[i] > 0.0)) continue;
    const double* v = curves_.v.data() + i * d;
    const double flat = p_[i] * curves_.c0[i], first = p_[i] * curves_.c1[i], second = p_[i] * curves_.c2[i];
    base += flat;
    model.mass += flat + (std::abs(first) + second * curves_.reach[i]) * curves_.reach[i];
    for (std::size_t j = 0; j < d; ++j) model.g[j] += first * v[j];
    if (second == 0.0) continue;
    for (std::size_t j = 0; j < d; ++j)
      for (std::size_t l = 0; l <= j; ++l) model.A[j][l] += second * v[j] * v[l];
  }
  model.r += base;
  for (std::size_t j = 0; j < d; ++j) {
    if (at_.curved) model.g[j] += base / at_.length * at_.tilt[j];  // c0 l / l0
    for (std::size_t l = 0; l < j; ++l) model.A[l][j] = model.A[j][l];
  }
}

/// Those that hinder it, above lines whose slopes in [0, 1] make g - t tilt small where the box is wide.
void BoxProof::add_lines(const Open& open, double t, Model& model) {
  const std::size_t d = s_.d;
  Vector b{}, weight{};
  kept_.clear();
  slope_.clear();
  for (std::size_t j = 0; j < d; ++j) b[j] = model.g[j] - t * at_.tilt[j];
  for (std::size_t i = 0; i < open.count; ++i) {
    if (!(p_[i] < 0.0)) continue;
    kept_.push_back(i);
    slope_.push_back(std::clamp(curves_.c1[i], 0.0, 1.0));
    for (std::size_t j = 0; j < d; ++j) b[j] += p_[i] * slope_.back() * open.x[i * d + j];
  }
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t j = 0; j < d; ++j) {
      const double own = t * s_.metric[j][j] / at_.length;
      const double curvature = std::max(own - 2.0 * model.A[j][j], 1e-3 * own) * at_.w[j];
      weight[j] = at_.w[j] > 0.0 ? at_.w[j] / std::max(std::abs(b[j]), curvature) : 0.0;
    }
    for (std::size_t k = 0; k < kept_.size(); ++k) {
      const double* x = open.x.data() + kept_[k] * d;
      double first = centre_[kept_[k]], second = 0.0;
      for (std::size_t j = 0; j < d; ++j) {
        first += weight[j] * b[j] * x[j];
        second += weight[j] * x[j] * x[j];
      }
      if (!(second > 0.0)) continue;
      const double p = p_[kept_[k]];
      const double to = std::clamp(slope_[k] - first / (p * second), 0.0, 1.0);
      for (std::size_t j = 0; j < d; ++j) b[j] += p * (to - slope_[k]) * x[j];
      slope_[k] = to;
    }
  }
  for (std::size_t k = 0; k < kept_.size(); ++k) {
    const double line = p_[kept_[k]] * slope_[k];
    model.r += line * centre_[kept_[k]];
    for (std::size_t j = 0; j < d; ++j) model.g[j] += line * open.x[kept_[k] * d + j];
  }
}

/// `excess_` is negative afterwards where E is so small that cones cannot do better.
bool BoxProof::across(const Open& open, const std::vector<double>& e) {
  const std::size_t d = s_.d, c = s_.c;
  Model model;
  model.E = s_.slack;
  model.R.assign(c, 0.0);
  model.G = open.linear;
  for (std::size_t z = 0; z < c; ++z)
    for (std::size_t j = 0; j < d; ++j) model.R[z] += open.linear[z * d + j] * at_.m[j];
  double lowest = -s_.slack;
  for (std::size_t i = 0; i < open.count; ++i) {
    const double* g = open.g.data() + i * c;
    const double chord = (centre_[i] + radius_[i]) / (2.0 * radius_[i]);
    const double half = 0.5 * chord * (radius_[i] - centre_[i]);
    double own = 0.0, p = 0.0;
    for (std::size_t z = 0; z < c; ++z) {
      p += e[z] * g[z];
      own += g[z] * g[z];
      model.R[z] += g[z] * (chord * centre_[i] + half);
      for (std::size_t j = 0; j < d; ++j) model.G[z * d + j] += g[z] * chord * open.x[i * d + j];
    }
    model.E += std::sqrt(std::max(own - p * p, 0.0) + 16.0 * static_cast<double>(c + 4) * kEps * own) * half;
    lowest -= std::abs(p) * half;
  }
  double along = 0.0;
  for (std::size_t z = 0; z < c; ++z) along += e[z] * model.R[z];
  for (std::size_t z = 0; z < c; ++z) model.R[z] -= along * e[z];
  lowest += along;
  for (std::size_t j = 0; j < d; ++j) {
    double middle = 0.0;
    for (std::size_t z = 0; z < c; ++z) middle += e[z] * model.G[z * d + j];
    for (std::size_t z = 0; z < c; ++z) model.G[z * d + j] -= middle * e[z];
    lowest -= std::abs(middle) * at_.w[j];
  }
  const double E = model.E;
  excess_ = 1.0;
  if (c == 2 && E > kLargeError * s_.gamma * at_.length) return false;
  const double t = s_.gamma * (1.0 - 64.0 * static_cast<double>(c + 4) * kEps);  // e is not quite of length one
  double least = 0.0;
  bool good = below(open, e, t, model, &least);
  if (good && !(-lowest <= std::max(least, 0.0))) {
    std::vector<double> back = e;
    for (double& v : back) v = -v;
    good = below(open, back, t, model, nullptr);
  }
  excess_ = E < kSmallError * s_.gamma * at_.length ? -1.0 : 1.0;
  return good;
}

bool BoxProof::along(const Open& open, std::size_t first, std::size_t count, std::uint64_t& cones) {
  const std::uint64_t mine = ((std::uint64_t{1} << count) - 1) << first;
  if ((cones & mine) == 0) return true;
  const auto& a = corners_[first];
  const auto& b = corners_[first + count];
  std::vector<double> e = {a[0] + b[0], a[1] + b[1]};
  const double size = std::hypot(e[0], e[1]);
  for (double& v : e) v /= size;
  const auto cosine = [&](const std::array<double, 2>& v) {
    return (e[0] * v[0] + e[1] * v[1]) / std::hypot(v[0], v[1]);
  };
  const double share = std::min(cosine(a), cosine(b)) * (1.0 - 1e-12);
  const Vector kept = share_;
  Model model;
  if (below(open, e, s_.gamma * share, model, nullptr)) {
    cones &= ~mine;
    share_ = kept;
    return true;
  }
  // halves of the cone gain 3/4 of what its angle costs
  const double cost = s_.gamma * at_.square * (at_.curved ? 1.0 - share : s_.gamma * (1.0 - share * share));
  if (count == 1 || excess_ > 1.5 * cost) return false;
  share_ = kept;
  const bool lower = along(open, first, count / 2, cones);
  return along(open, first + count / 2, count / 2, cones) && lower;
}

}  // namespace burelu::verify
