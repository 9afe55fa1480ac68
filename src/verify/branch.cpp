// 1. Rows of one line are one kink, x_i = r x_k + e_i with r of either sign, paid for by sum ||w_i|| ||e_i||:
//      sum_i (x_i'u)_+ w_i  ~  L u + sum_k (x_k'u)_+ g_k,   g = w+ + w-, L = -sum_k w-_k x_k'.
// 2. u = B y on the range of B, max |y_j| = 1; what the range lacks of x_k is paid for by the norm of x_k - B z.
//    Norms of what rounding can do to the sum on the whole cube are `slack`: each term meets at most `roundings`.
// 3. On a box y = m + z, |z_j| <= w_j, with e = Phi(m) / ||Phi(m)||: e'Phi <= r + g'z from chords of the kinks that
//    help e and lines s (x'y), 0 <= s <= 1, below those that hinder it; the rest of Phi is R + G z up to E. Proven
//    where
//      q(z) = (r + g'z)^2 + (||R + G z|| + E)^2 - gamma^2 ||B (m + z)||^2 <= 0   for all z,
//    by a concave quadratic above q and its tangent anywhere in the box. Where e'Phi may be negative, the same for -e.
#include "verify/branch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "verify/interval.hpp"

namespace burelu::verify {
namespace {

constexpr std::size_t kMost = 16;           // features
constexpr long double kDependent = 1e-17L;  // squared length of what a feature adds to those before it
constexpr double kEps = 0x1p-52;            // twice the unit roundoff
using Vector = std::array<double, kMost>;
using Square = std::array<Vector, kMost>;

/// Rows of X that span its row space up to scale, orthonormal under X'X: columns of B (D x d) with XB of orthogonal
/// columns. Nothing here needs to be exact.
std::vector<std::vector<double>> coordinates(const Data& data) {
  const std::size_t D = data.X.cols;
  using Long = std::vector<long double>;  // squares halve the digits: dependent features must be told
  std::vector<Long> S(D, Long(D, 0.0L));
  for (std::size_t i = 0; i < data.X.rows; ++i)
    for (std::size_t j = 0; j < D; ++j)
      for (std::size_t l = 0; l < D; ++l) S[j][l] += static_cast<long double>(data.X(i, j)) * data.X(i, l);
  Long size(D);
  for (std::size_t j = 0; j < D; ++j) size[j] = S[j][j] > 0.0 ? 1.0L / std::sqrt(S[j][j]) : 0.0L;
  // pivoted Cholesky of the scaled matrix: its rows span the row space
  std::vector<Long> rows;
  Long left(D, 1.0L);
  for (std::size_t j = 0; j < D; ++j) left[j] = size[j] > 0.0 ? 1.0L : 0.0L;
  while (rows.size() < D) {
    const std::size_t p = static_cast<std::size_t>(std::max_element(left.begin(), left.end()) - left.begin());
    if (!(left[p] > kDependent)) break;
    Long row(D);
    for (std::size_t j = 0; j < D; ++j) {
      long double v = S[p][j] * size[p] * size[j];
      for (const auto& r : rows) v -= r[p] * r[j];
      row[j] = v;
    }
    if (!(row[p] > kDependent)) break;
    const long double pivot = std::sqrt(row[p]);
    for (std::size_t j = 0; j < D; ++j) row[j] /= pivot;
    for (std::size_t j = 0; j < D; ++j) left[j] -= row[j] * row[j];
    left[p] = -1.0L;
    rows.push_back(row);
  }
  // R B = I: B = R' (R R')^-1, by Gauss and Jordan; R in the scale of the features
  const std::size_t d = rows.size();
  for (auto& row : rows)
    for (std::size_t j = 0; j < D; ++j) row[j] = size[j] > 0.0L ? row[j] / size[j] : 0.0L;
  std::vector<Long> A(d, Long(2 * d, 0.0L));
  for (std::size_t a = 0; a < d; ++a) {
    for (std::size_t b = 0; b < d; ++b)
      for (std::size_t j = 0; j < D; ++j) A[a][b] += rows[a][j] * rows[b][j];
    A[a][d + a] = 1.0L;
  }
  for (std::size_t k = 0; k < d; ++k) {
    std::size_t best = k;
    for (std::size_t a = k; a < d; ++a)
      if (std::abs(A[a][k]) > std::abs(A[best][k])) best = a;
    std::swap(A[k], A[best]);
    const long double pivot = A[k][k];
    for (long double& v : A[k]) v /= pivot;
    for (std::size_t a = 0; a < d; ++a) {
      const long double factor = A[a][k];
      if (a == k || factor == 0.0L) continue;
      for (std::size_t b = 0; b < 2 * d; ++b) A[a][b] -= factor * A[k][b];
    }
  }
  std::vector<std::vector<double>> B(d, std::vector<double>(D, 0.0));  // column a of B is B[a]
  for (std::size_t a = 0; a < d; ++a)
    for (std::size_t b = 0; b < d; ++b)
      for (std::size_t j = 0; j < D; ++j) B[a][j] += static_cast<double>(rows[b][j] * A[b][d + a]);
  return B;
}

double length_above(const std::vector<double>& x) { return norm_above(x.data(), x.size()); }

/// Steps 1 and 2.
struct Sphere {
  std::size_t d = 0, c = 0, kinks = 0;
  std::vector<double> x, g;    // kinks x d, kinks x c
  std::vector<double> linear;  // c x d
  Square metric{};             // B'B
  double metric_error = 0.0;   // of y'(B'B)y on the cube
  double slack = 0.0;
  double gamma = 0.0;  // what is left of it
  std::string problem;
};

class SphereMaker {
 public:
  SphereMaker(const Data& data, const Claim& claim) : data_(data), claim_(claim), B_(coordinates(data)) {}

  Sphere make() {
    Sphere out;
    const std::size_t D = data_.X.cols;
    out.d = B_.size();
    out.c = data_.Y.cols;
    if (out.d == 0 || out.d > kMost) {
      out.problem = "branch and bound needs between 1 and 16 features";
      return out;
    }
    find_lines();
    const std::size_t m = rows_.size();
    out.kinks = m;
    out.x.assign(m * out.d, 0.0);
    out.g.assign(m * out.c, 0.0);
    out.linear.assign(out.c * out.d, 0.0);
    double magnitude = 0.0;
    std::vector<double> x(D), rest(D);
    for (std::size_t k = 0; k < m; ++k) {
      std::copy_n(data_.X.values.data() + rows_[k] * D, D, x.begin());
      double terms = 0.0;
      for (std::size_t a = 0; a < out.d; ++a) {
        double sum = 0.0;
        for (std::size_t j = 0; j < D; ++j) {
          sum += B_[a][j] * x[j];
          terms = up(terms + up(std::abs(B_[a][j] * x[j])));
        }
        out.x[k * out.d + a] = sum;
        for (std::size_t z = 0; z < out.c; ++z) out.linear[z * out.d + a] -= negative_[k * out.c + z] * sum;
      }
      for (std::size_t z = 0; z < out.c; ++z)
        out.g[k * out.c + z] = positive_[k * out.c + z] + negative_[k * out.c + z];
      magnitude = up(magnitude + up(terms * weight_[k]));
      eta_ = up(eta_ + up(weight_[k] * distance(x)));
    }
    const double roundings = static_cast<double>(m + data_.X.rows + D + 8 * (out.d + out.c) + 100);
    out.slack = up(up(8.0 * roundings * kEps * magnitude) + 1e-290);
    double terms = 0.0;
    for (std::size_t a = 0; a < out.d; ++a)
      for (std::size_t b = 0; b < out.d; ++b)
        for (std::size_t j = 0; j < D; ++j) {
          out.metric[a][b] += B_[a][j] * B_[b][j];
          terms = up(terms + up(std::abs(B_[a][j] * B_[b][j])));
        }
    out.metric_error = up(up(static_cast<double>(D + 4) * kEps * terms) + 1e-290);
    out.gamma = down(claim_.gamma - eta_);
    if (claim_.gamma < 1e-140)  // its square would lose digits
      out.problem = "gamma is too small for branch and bound: rescale the data";
    else if (!(out.gamma > 1e-140))
      out.problem = "rows lie too far from their lines or from the span of the coordinates";
    return out;
  }

 private:
  /// Rows whose direction agrees to nine digits, up to sign. Coarser or finer classes prove as well, at another price.
  void find_lines() {
    const std::size_t D = data_.X.cols;
    const std::size_t c = data_.Y.cols;
    std::map<std::vector<long long>, std::size_t> known;
    std::vector<double> e(D);
    for (std::size_t i = 0; i < data_.X.rows; ++i) {
      const double* x = data_.X.values.data() + i * D;
      const double* w = claim_.W.values.data() + i * c;
      const double size = norm_above(w, c);
      double largest = 0.0;
      std::size_t at = 0;
      for (std::size_t j = 0; j < D; ++j)
        if (std::abs(x[j]) > largest) largest = std::abs(x[at = j]);
      if (largest == 0.0) continue;
      std::vector<long long> key(D);
      for (std::size_t j = 0; j < D; ++j) key[j] = std::llround(x[j] / x[at] * 1e9);
      const auto [place, added] = known.try_emplace(std::move(key), rows_.size());
      if (added) {
        rows_.push_back(i);
        weight_.push_back(0.0);
        positive_.resize(positive_.size() + c, 0.0);
        negative_.resize(negative_.size() + c, 0.0);
      }
      const std::size_t k = place->second;
      const double* from = data_.X.values.data() + rows_[k] * D;
      const double r = x[at] / from[at];
      if (!std::isfinite(r)) {
        eta_ = std::numeric_limits<double>::infinity();
        continue;
      }
      for (std::size_t j = 0; j < D; ++j) e[j] = std::abs(std::fma(-r, from[j], x[j])) * (1.0 + kEps);
      if (rows_[k] != i && (length_above(e) > 0.0 || std::abs(r) != 1.0)) {
        for (double& value : e) value += 1e-300;
        eta_ = up(eta_ + up(up(length_above(e)) * size));
      }
      const double share = up(std::abs(r) * size);
      weight_[k] = up(weight_[k] + share);
      for (std::size_t z = 0; z < c; ++z) (r > 0.0 ? positive_ : negative_)[k * c + z] += std::abs(r) * w[z];
    }
  }

  /// An upper bound of the distance of x from the range of B: z by least squares, the residual in intervals.
  double distance(const std::vector<double>& x) const {
    const std::size_t d = B_.size();
    std::vector<double> z(d, 0.0), rest = x;
    std::vector<std::vector<double>> M(d, std::vector<double>(d, 0.0));
    for (int pass = 0; pass < 3; ++pass) {  // refined
      std::vector<double> right(d, 0.0);
      for (std::size_t a = 0; a < d; ++a) {
        for (std::size_t j = 0; j < x.size(); ++j) right[a] += B_[a][j] * rest[j];
        for (std::size_t b = 0; b < d; ++b) {
          M[a][b] = 0.0;
          for (std::size_t j = 0; j < x.size(); ++j) M[a][b] += B_[a][j] * B_[b][j];
        }
      }
      for (std::size_t k = 0; k < d; ++k)
        for (std::size_t a = k + 1; a < d; ++a) {
          const double factor = M[a][k] / M[k][k];
          for (std::size_t b = k; b < d; ++b) M[a][b] -= factor * M[k][b];
          right[a] -= factor * right[k];
        }
      for (std::size_t k = d; k-- > 0;) {
        for (std::size_t b = k + 1; b < d; ++b) right[k] -= M[k][b] * right[b];
        right[k] /= M[k][k];
        z[k] += right[k];
      }
      for (std::size_t j = 0; j < x.size(); ++j) {
        rest[j] = x[j];
        for (std::size_t a = 0; a < d; ++a) rest[j] -= B_[a][j] * z[a];
      }
    }
    std::vector<double> above(x.size());
    for (std::size_t j = 0; j < x.size(); ++j) {
      Interval sum(x[j]);
      for (std::size_t a = 0; a < d; ++a) sum -= Interval(B_[a][j]) * Interval(z[a]);
      above[j] = sum.magnitude();
    }
    return length_above(above);
  }

  const Data& data_;
  const Claim& claim_;
  std::vector<std::vector<double>> B_;
  std::vector<std::size_t> rows_;
  std::vector<double> weight_, positive_, negative_;
  double eta_ = 0.0;
};

struct Box {
  Vector low{}, high{};
};

/// Kinks whose sign is open, and the sum of the others.
struct Open {
  std::vector<double> x, g, linear;
  std::size_t count = 0;
};

class Walk {
 public:
  Walk(const Sphere& sphere, std::size_t most) : s_(sphere), most_(most) {}

  Tree run() {
    Tree out;
    Open all{s_.x, s_.g, s_.linear, s_.kinks};
    bool proven = true;
    for (std::size_t j = 0; j < s_.d && proven; ++j)
      for (const double side : {-1.0, 1.0}) {
        Box box;
        box.low.fill(-1.0);
        box.high.fill(1.0);
        box.low[j] = box.high[j] = side;
        proven = proven && prove(box, all, 0);
      }
    out.proven = proven;
    out.cells = cells_;
    if (!proven)
      out.reason = cells_ >= most_ ? "no tree was found within the limit of cells"
                                   : "sum (x_i'u)_+ w_i is longer than gamma in some direction, or too close";
    return out;
  }

 private:
  static double relu(double t) { return t > 0.0 ? t : 0.0; }

  bool prove(const Box& box, const Open& parent, int depth) {
    if (++cells_ > most_ || depth > 900) return false;
    Vector m{}, w{};
    for (std::size_t j = 0; j < s_.d; ++j) {
      m[j] = 0.5 * (box.low[j] + box.high[j]);
      w[j] = 0.5 * (box.high[j] - box.low[j]);
    }
    const Open open = narrowed(parent, m, w);
    Vector share{};
    bool violated = false;
    if (closed(open, m, w, share, violated)) return true;
    if (violated) return false;
    std::size_t axis = s_.d;
    for (std::size_t j = 0; j < s_.d; ++j)
      if (w[j] > 0x1p-46 && (axis == s_.d || share[j] > share[axis])) axis = j;
    if (axis == s_.d) return false;
    Box half = box;
    half.high[axis] = m[axis];
    if (!prove(half, open, depth + 1)) return false;
    half.high[axis] = box.high[axis];
    half.low[axis] = m[axis];
    return prove(half, open, depth + 1);
  }

  Open narrowed(const Open& parent, const Vector& m, const Vector& w) {
    Open out;
    out.linear = parent.linear;
    centre_.clear();
    radius_.clear();
    for (std::size_t i = 0; i < parent.count; ++i) {
      const double* x = parent.x.data() + i * s_.d;
      const double* g = parent.g.data() + i * s_.c;
      double s = 0.0, r = 0.0;
      for (std::size_t j = 0; j < s_.d; ++j) {
        s += x[j] * m[j];
        r += std::abs(x[j]) * w[j];
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
    return out;
  }

  /// Step 3.
  bool closed(const Open& open, const Vector& m, const Vector& w, Vector& share, bool& violated) {
    const std::size_t d = s_.d, c = s_.c, n = open.count;
    Vector Mm{};
    double square = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      for (std::size_t l = 0; l < d; ++l) Mm[j] += s_.metric[j][l] * m[l];
      square += Mm[j] * m[j];
    }
    const double length = std::sqrt(std::max(square, 1e-300));
    std::vector<double> e(c, 0.0), base(c, 0.0);
    double size = 0.0;
    for (std::size_t z = 0; z < c; ++z) {
      for (std::size_t j = 0; j < d; ++j) base[z] += open.linear[z * d + j] * m[j];
      e[z] = base[z];
      for (std::size_t i = 0; i < n; ++i) e[z] += open.g[i * c + z] * relu(centre_[i]);
      size += e[z] * e[z];
    }
    size = std::sqrt(size);
    if (size > s_.gamma * length * (1.0 + 1e-9) + 2.0 * s_.slack) {
      violated = true;
      return false;
    }
    for (double& v : e) v = size > 0.0 ? v / size : 0.0;
    if (size == 0.0) e[0] = 1.0;

    // chords and secants; the slope below a hindering kink is chosen afterwards
    std::vector<double> p(n, 0.0), slope(n);
    double E = s_.slack;
    std::vector<double> R = base, G = open.linear;
    for (std::size_t i = 0; i < n; ++i) {
      const double* x = open.x.data() + i * d;
      const double* g = open.g.data() + i * c;
      slope[i] = (centre_[i] + radius_[i]) / (2.0 * radius_[i]);
      const double half = 0.5 * slope[i] * (radius_[i] - centre_[i]);
      double own = 0.0;
      for (std::size_t z = 0; z < c; ++z) {
        p[i] += e[z] * g[z];
        own += g[z] * g[z];
        R[z] += g[z] * (slope[i] * centre_[i] + half);
        for (std::size_t j = 0; j < d; ++j) G[z * d + j] += g[z] * slope[i] * x[j];
      }
      if (c > 1)
        E += std::sqrt(std::max(own - p[i] * p[i], 0.0) + 16.0 * static_cast<double>(c + 4) * kEps * own) * half;
    }
    double along = 0.0;
    Vector g_mid{};
    for (std::size_t z = 0; z < c; ++z) along += e[z] * R[z];
    for (std::size_t z = 0; z < c; ++z) {
      for (std::size_t j = 0; j < d; ++j) g_mid[j] += e[z] * G[z * d + j];
      R[z] -= along * e[z];
    }
    for (std::size_t z = 0; z < c; ++z)
      for (std::size_t j = 0; j < d; ++j) G[z * d + j] -= e[z] * g_mid[j];

    const std::vector<double> chord = slope;
    Vector low_g = g_mid;
    double spread = 0.0;
    for (std::size_t i = 0; i < n; ++i) spread += std::abs(p[i]) * 0.5 * chord[i] * (radius_[i] - centre_[i]);
    const double low_r = along - spread - s_.slack;
    double low = low_r;
    for (std::size_t j = 0; j < d; ++j) low -= std::abs(low_g[j]) * w[j];

    flatten(open, m, w, Mm, length, p, g_mid, slope);
    Vector g_top{};
    double r_top = s_.slack;
    for (std::size_t z = 0; z < c; ++z) {
      r_top += e[z] * base[z];
      for (std::size_t j = 0; j < d; ++j) g_top[j] += e[z] * open.linear[z * d + j];
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double top = p[i] > 0.0 ? slope[i] * (radius_[i] - centre_[i]) : 0.0;
      r_top += p[i] * (slope[i] * centre_[i] + top);
      for (std::size_t j = 0; j < d; ++j) g_top[j] += p[i] * slope[i] * open.x[i * d + j];
    }
    double least = r_top;
    for (std::size_t j = 0; j < d; ++j) least -= std::abs(g_top[j]) * w[j];
    bool good = below(m, w, Mm, square, r_top, g_top, R, G, E, share);
    if (good && low < -std::max(least, 0.0)) {
      for (double& v : low_g) v = -v;
      good = below(m, w, Mm, square, -low_r, low_g, R, G, E, share);
    }
    if (good) return true;
    for (std::size_t j = 0; j < d; ++j)
      for (std::size_t i = 0; i < n; ++i)
        share[j] += s_.gamma * length * (p[i] > 0.0 ? p[i] : -0.3 * p[i]) * std::abs(open.x[i * d + j]) * w[j];
    return false;
  }

  /// Slopes in [0, 1] that make g - gamma B'B m / ||B m|| small where the box is wide.
  void flatten(const Open& open, const Vector&, const Vector& w, const Vector& Mm, double length,
               const std::vector<double>& p, const Vector& g, std::vector<double>& slope) const {
    Vector b{}, weight{};
    for (std::size_t j = 0; j < s_.d; ++j) b[j] = g[j] - s_.gamma * Mm[j] / length;
    for (int pass = 0; pass < 3; ++pass) {
      for (std::size_t j = 0; j < s_.d; ++j) {
        const double curvature = s_.gamma * s_.metric[j][j] / length * w[j];
        weight[j] = w[j] > 0.0 ? w[j] / std::max(std::abs(b[j]), curvature) : 0.0;
      }
      for (std::size_t i = 0; i < open.count; ++i) {
        if (!(p[i] < 0.0)) continue;
        const double* x = open.x.data() + i * s_.d;
        double first = centre_[i], second = 0.0;
        for (std::size_t j = 0; j < s_.d; ++j) {
          first += weight[j] * b[j] * x[j];
          second += weight[j] * x[j] * x[j];
        }
        if (!(second > 0.0)) continue;
        const double to = std::clamp(slope[i] - first / (p[i] * second), 0.0, 1.0);
        for (std::size_t j = 0; j < s_.d; ++j) b[j] += p[i] * (to - slope[i]) * x[j];
        slope[i] = to;
      }
    }
  }

  /// Whether q <= 0 on the box; the shares of the axes in what is missing are added.
  bool below(const Vector& m, const Vector& w, const Vector& Mm, double square, double r, const Vector& g,
             const std::vector<double>& R, const std::vector<double>& G, double E, Vector& share) const {
    const std::size_t d = s_.d, c = s_.c;
    double reach = std::abs(r), rest = 0.0, span = 0.0;
    for (std::size_t z = 0; z < c; ++z) rest += R[z] * R[z];
    double rest_reach = std::sqrt(rest);
    for (std::size_t j = 0; j < d; ++j) {
      double own = 0.0;
      for (std::size_t z = 0; z < c; ++z) own += G[z * d + j] * G[z * d + j];
      reach += std::abs(g[j]) * w[j];
      rest_reach += std::sqrt(own) * w[j];
      span += std::sqrt(s_.metric[j][j]) * (std::abs(m[j]) + w[j]);
    }
    const double ratio = rest_reach > 1e-9 * E ? std::max(E / rest_reach, 1e-12) : 1e9;  // (a+E)^2 <= (1+t)a^2 + ...
    const double error = E * E * (1.0 + 1.0 / ratio);
    const double gg = s_.gamma * s_.gamma;
    double total = r * r + (1.0 + ratio) * rest + error - gg * square;
    Vector b{};
    Square H{};
    double trace = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      if (w[j] == 0.0) continue;
      double mixed = 0.0;
      for (std::size_t z = 0; z < c; ++z) mixed += R[z] * G[z * d + j];
      b[j] = (r * g[j] + (1.0 + ratio) * mixed - gg * Mm[j]) * w[j];
      for (std::size_t l = 0; l < d; ++l) {
        double product = 0.0;
        for (std::size_t z = 0; z < c; ++z) product += G[z * d + j] * G[z * d + l];
        H[j][l] = (g[j] * g[l] + (1.0 + ratio) * product - gg * s_.metric[j][l]) * w[j] * w[l];
      }
      trace += std::abs(H[j][j]);
    }
    double lifted = 0.0;
    const Vector D = lift(H, w, trace, lifted);
    for (std::size_t j = 0; j < d; ++j) H[j][j] -= D[j];
    Vector y{}, slope = b;
    for (int pass = 0; pass < 12; ++pass)
      for (std::size_t j = 0; j < d; ++j) {
        if (w[j] == 0.0 || !(H[j][j] < 0.0)) continue;
        const double step = std::clamp(y[j] - slope[j] / H[j][j], -1.0, 1.0) - y[j];
        y[j] += step;
        for (std::size_t l = 0; l < d; ++l) slope[l] += H[l][j] * step;
      }
    double top = 0.0, shares = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      double gradient = b[j];
      for (std::size_t l = 0; l < d; ++l) gradient += H[j][l] * y[l];
      top += (b[j] + gradient) * y[j] + 2.0 * (std::abs(gradient) - gradient * y[j]);
      share[j] += 2.0 * std::abs(b[j]) + D[j];
      shares += 2.0 * std::abs(b[j]) + D[j];
    }
    const double all =
        reach * reach + (1.0 + ratio) * rest_reach * rest_reach + error + gg * span * span + shares + trace;
    const double rounding = 64.0 * static_cast<double>(c + 4 * d + 40) * kEps * all + 1e-290;
    return total + top + lifted + gg * s_.metric_error + rounding <= 0.0;
  }

  /// Diagonal D >= 0 with H - D negative definite: Gauss on -H, or Gershgorin's sums where that is less.
  Vector lift(const Square& H, const Vector& w, double trace, double& sum) const {
    const std::size_t d = s_.d;
    const double least = 1e-10 * trace + 1e-290;
    Square A{};
    for (std::size_t j = 0; j < d; ++j)
      for (std::size_t l = 0; l < d; ++l) A[j][l] = -H[j][l];
    Vector D{}, sums{};
    double by_sums = 0.0;
    sum = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      if (w[j] == 0.0) continue;
      double off = 0.0, all = 0.0;
      for (std::size_t l = j + 1; l < d; ++l) off += std::abs(A[l][j]);
      for (std::size_t l = 0; l < d; ++l)
        if (l != j) all += std::abs(H[j][l]);
      sums[j] = std::max(H[j][j] + all, 0.0) + least;
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

  const Sphere& s_;
  std::size_t most_;
  std::size_t cells_ = 0;
  std::vector<double> centre_, radius_;
};

}  // namespace

Tree prove_by_branching(const Data& data, const Claim& claim, std::size_t most_cells) {
  bool zero = true;
  for (const double w : claim.W.values) {
    if (!std::isfinite(w)) return {false, "W is not finite", 0};
    zero = zero && w == 0.0;
  }
  if (zero) return {true, {}, 0};
  const Sphere sphere = SphereMaker(data, claim).make();
  if (!sphere.problem.empty()) return {false, sphere.problem, 0};
  return Walk(sphere, most_cells).run();
}

}  // namespace burelu::verify
