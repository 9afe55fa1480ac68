#include "verify/sphere.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "verify/coordinates.hpp"
#include "verify/interval.hpp"

namespace burelu::verify {
namespace {

double length_above(const std::vector<double>& x) { return norm_above(x.data(), x.size()); }

class SphereMaker {
 public:
  SphereMaker(const Data& data, const Claim& claim) : data_(data), claim_(claim), B_(coordinates(data)) {}

  Sphere make() {
    Sphere out;
    out.d = B_.size();
    out.c = data_.Y.cols;
    if (out.d == 0 || out.d > kMostFeatures) {
      out.problem = "branch and bound needs between 1 and 16 features";
      return out;
    }
    find_lines();
    take_kinks(out);
    take_metric(out);
    out.gamma = down(claim_.gamma - eta_);
    if (claim_.gamma < 1e-140)  // its square would lose digits
      out.problem = "gamma is too small for branch and bound: rescale the data";
    else if (!(out.gamma > 1e-140))
      out.problem = "rows lie too far from their lines or from the span of the coordinates";
    return out;
  }

 private:
  void take_kinks(Sphere& out) {
    const std::size_t D = data_.X.cols;
    const std::size_t m = out.kinks = rows_.size();
    out.x.assign(m * out.d, 0.0);
    out.g.assign(m * out.c, 0.0);
    out.linear.assign(out.c * out.d, 0.0);
    double magnitude = 0.0;
    std::vector<double> x(D);
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
  }

  /// |y'(B'B)y - its computed value| <= (D + 4) eps |y|'|B|'|B||y|, and column norms of B bound that by Cauchy and
  /// Schwarz.
  void take_metric(Sphere& out) const {
    const std::size_t D = data_.X.cols;
    for (std::size_t a = 0; a < out.d; ++a)
      for (std::size_t b = 0; b < out.d; ++b)
        for (std::size_t j = 0; j < D; ++j) out.metric[a][b] += B_[a][j] * B_[b][j];
    out.metric_error = 1.01 * static_cast<double>(D + 4) * kEps;
  }

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

}  // namespace

Sphere make_sphere(const Data& data, const Claim& claim) { return SphereMaker(data, claim).make(); }

}  // namespace burelu::verify
