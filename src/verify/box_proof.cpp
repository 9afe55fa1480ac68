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
  double size = 0.0;
  for (std::size_t z = 0; z < s_.c; ++z) {
    for (std::size_t j = 0; j < s_.d; ++j) phi[z] += open.linear[z * s_.d + j] * at_.m[j];
    for (std::size_t i = 0; i < open.count; ++i) phi[z] += open.g[i * s_.c + z] * relu(centre_[i]);
    size += phi[z] * phi[z];
  }
  size = std::sqrt(size);
  if (size > s_.gamma * at_.length * (1.0 + 1e-9) + 2.0 * s_.slack) return Outcome::violated;
  for (double& v : phi) v = size > kShortest ? v / size : 0.0;
  if (!(size > kShortest)) phi[0] = 1.0;
  if (s_.c > 1 && across(open, phi)) return Outcome::proven;
  if (s_.c == 1) {
    bool both = true;
    for (const double sign : {1.0, -1.0}) both = below(open, {sign}, s_.gamma, {}, nullptr) && both;
    return both ? Outcome::proven : Outcome::open;
  }
  if (s_.c > 2 || excess_ < 0.0) return Outcome::open;
  bool all = true;
  for (std::size_t k = 0; k < 4; ++k) all = along(open, k * kCones / 4, kCones / 4, box.cones) && all;
  return all ? Outcome::proven : Outcome::open;
}

std::size_t BoxProof::axis() const {
  std::size_t axis = s_.d;
  for (std::size_t j = 0; j < s_.d; ++j)
    if (at_.w[j] > 0x1p-46 && (axis == s_.d || share_[j] > share_[axis])) axis = j;
  return axis;
}

void BoxProof::narrow(const Open& parent, Open& out) {
  out = {};
  out.linear = parent.linear;
  centre_.clear();
  radius_.clear();
  for (std::size_t i = 0; i < parent.count; ++i) {
    const double* x = parent.x.data() + i * s_.d;
    const double* g = parent.g.data() + i * s_.c;
    double s = 0.0, r = 0.0;
    for (std::size_t j = 0; j < s_.d; ++j) {
      s += x[j] * at_.m[j];
      r += std::abs(x[j]) * at_.w[j];
    }
    if (std::abs(s) < r) {
      out.x.insert(out.x.end(), x, x + s_.d);
      out.g.insert(out.g.end(), g, g + s_.c);
      centre_.push_back(s);
      radius_.push_back(r);
      ++out.count;
    } else if (s > 0.0) {
      for (std::size_t z = 0; z < s_.c; ++z)
        for (std::size_t j = 0; j < s_.d; ++j) out.linear[z * s_.d + j] += g[z] * x[j];
    }
  }
}

/// e'Phi <= r + g'z as `model` wants, with t instead of gamma; `least` receives a lower bound of r + g'z.
bool BoxProof::below(const Open& open, const std::vector<double>& e, double t, Model model, double* least) {
  const std::size_t d = s_.d, n = open.count;
  p_.assign(n, 0.0);
  std::vector<double> slope(n);
  Vector linear{}, guess{};
  for (std::size_t j = 0; j < d; ++j)
    for (std::size_t z = 0; z < s_.c; ++z) linear[j] += e[z] * open.linear[z * d + j];
  guess = linear;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t z = 0; z < s_.c; ++z) p_[i] += e[z] * open.g[i * s_.c + z];
    slope[i] = (centre_[i] + radius_[i]) / (2.0 * radius_[i]);
    for (std::size_t j = 0; j < d; ++j) guess[j] += p_[i] * slope[i] * open.x[i * d + j];
  }
  flatten(open, t, guess, slope);
  model.r = s_.slack;
  model.g = linear;
  for (std::size_t j = 0; j < d; ++j) model.r += linear[j] * at_.m[j];
  for (std::size_t i = 0; i < n; ++i) {
    model.r += p_[i] * (slope[i] * centre_[i] + (p_[i] > 0.0 ? slope[i] * (radius_[i] - centre_[i]) : 0.0));
    for (std::size_t j = 0; j < d; ++j) model.g[j] += p_[i] * slope[i] * open.x[i * d + j];
  }
  if (least != nullptr) {
    *least = model.r;
    for (std::size_t j = 0; j < d; ++j) *least -= std::abs(model.g[j]) * at_.w[j];
  }
  if (nowhere_positive(s_, at_, model, t, share_, excess_)) return true;
  for (std::size_t j = 0; j < d; ++j)
    for (std::size_t i = 0; i < n; ++i)
      share_[j] += t * at_.length * (p_[i] > 0.0 ? p_[i] : -0.3 * p_[i]) * std::abs(open.x[i * d + j]) * at_.w[j];
  return false;
}

/// Slopes in [0, 1] that make g - t B'B m / ||B m|| small where the box is wide.
void BoxProof::flatten(const Open& open, double t, Vector b, std::vector<double>& slope) const {
  Vector weight{};
  for (std::size_t j = 0; j < s_.d; ++j) b[j] -= t * at_.Mm[j] / at_.length;
  for (int pass = 0; pass < 3; ++pass) {
    for (std::size_t j = 0; j < s_.d; ++j) {
      const double curvature = t * s_.metric[j][j] / at_.length * at_.w[j];
      weight[j] = at_.w[j] > 0.0 ? at_.w[j] / std::max(std::abs(b[j]), curvature) : 0.0;
    }
    for (std::size_t i = 0; i < open.count; ++i) {
      if (!(p_[i] < 0.0)) continue;
      const double* x = open.x.data() + i * s_.d;
      double first = centre_[i], second = 0.0;
      for (std::size_t j = 0; j < s_.d; ++j) {
        first += weight[j] * b[j] * x[j];
        second += weight[j] * x[j] * x[j];
      }
      if (!(second > 0.0)) continue;
      const double to = std::clamp(slope[i] - first / (p_[i] * second), 0.0, 1.0);
      for (std::size_t j = 0; j < s_.d; ++j) b[j] += p_[i] * (to - slope[i]) * x[j];
      slope[i] = to;
    }
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
    good = below(open, back, t, std::move(model), nullptr);
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
  if (below(open, e, s_.gamma * share, {}, nullptr)) {
    cones &= ~mine;
    share_ = kept;
    return true;
  }
  // halves of the cone gain 3/4 of what its angle costs
  const double cost = s_.gamma * s_.gamma * at_.square * (1.0 - share * share);
  if (count == 1 || excess_ > 1.5 * cost) return false;
  share_ = kept;
  const bool lower = along(open, first, count / 2, cones);
  return along(open, first + count / 2, count / 2, cones) && lower;
}

}  // namespace burelu::verify
