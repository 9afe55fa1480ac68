#include "verify/dominant.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "verify/interval.hpp"

namespace burelu::verify {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

/// ||r_i|| / |f_i| of a row is at most this: sums of ratios squared, so that nothing overflows.
double ratio_above(const Table& X, std::size_t i, std::size_t feature) {
  const double f = std::abs(X(i, feature));
  double square = 0.0;
  for (std::size_t j = 0; j < X.cols; ++j) {
    if (j == feature || X(i, j) == 0.0) continue;
    if (f == 0.0) return kNone;
    const double part = up(std::abs(X(i, j)) / f);
    square = up(square + up(part * part));
  }
  return square == 0.0 ? 0.0 : up(std::sqrt(square));
}

/// A sum of products as a sum of two doubles with a bound of the error: what cancels leaves twice the digits.
class ExactSum {
 public:
  void add(double a, double b) {
    const double p = a * b;
    insert(p);
    insert(std::fma(a, b, -p));
    lost_ = up(lost_ + 1e-300);  // the product's tail may underflow
  }
  double size_above() const { return up(std::abs(high_ + low_) * (1.0 + 0x1p-50) + lost_); }

 private:
  void insert(double term) {
    const double sum = high_ + term;
    const double z = sum - high_;
    const double rest = (high_ - (sum - z)) + (term - z);  // exact
    const double low = low_ + rest;
    lost_ = up(lost_ + up(0x1p-52 * std::abs(low)));
    low_ = low;
    high_ = sum;
  }
  double high_ = 0.0, low_ = 0.0, lost_ = 0.0;
};

/// || sum f_i w_i || over the rows of this sign, not below it.
double response_above(const Data& data, const Table& W, std::size_t feature, bool positive) {
  double square = 0.0;
  for (std::size_t j = 0; j < W.cols; ++j) {
    ExactSum sum;
    for (std::size_t i = 0; i < W.rows; ++i)
      if (data.X(i, feature) != 0.0 && (data.X(i, feature) > 0.0) == positive) sum.add(data.X(i, feature), W(i, j));
    square = up(square + up(sum.size_above() * sum.size_above()));
  }
  return up(std::sqrt(square));
}

}  // namespace

Tamed tame(const Data& data, const Claim& claim) {
  Tamed out{data, 0.0};
  if (claim.dominant < 0 || claim.dominant >= static_cast<std::int64_t>(data.X.cols)) return out;
  const auto feature = static_cast<std::size_t>(claim.dominant);
  double ratio = 0.0;
  for (std::size_t i = 0; i < data.X.rows; ++i) {
    double& x = out.data.X(i, feature);
    x = std::ldexp(x, claim.dominant_power);
    if (std::ldexp(x, -claim.dominant_power) != data.X(i, feature)) return out;  // it must be exact
    ratio = std::max(ratio, ratio_above(data.X, i, feature));
  }
  const double q = up(std::ldexp(ratio, -claim.dominant_power));
  double b = 0.0;
  for (const bool positive : {true, false})
    b = std::max(b, up(response_above(data, claim.W, feature, positive) / claim.gamma));
  if (!(b < 1.0) || !std::isfinite(q)) return out;
  const double rest = down(1.0 - up(b * b));
  out.gamma = std::max(0.0, down(claim.gamma * down(std::sqrt(down(rest / up(1.0 + up(q * q)))))));
  return out;
}

}  // namespace burelu::verify
