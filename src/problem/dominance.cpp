// Let x_i = (f_i, r_i) with f_i the feature, rho >= ||r_i|| / |f_i| for all rows, s = 2^power, and
//   b >= || sum_{f_i > 0} f_i w_i ||, || sum_{f_i < 0} f_i w_i ||.
// Where |u_f| <= rho ||u_r||, weights of the tamed data have ||(u_f / s, u_r)||^2 <= (1 + (rho / s)^2) ||u_r||^2.
// Beyond, all rows are active whose f_i has the sign of u_f, as at the border u_f* = +-rho ||u_r||, and the response
// differs from the one there by (u_f - u_f*) sum f_i w_i. So with mu_tamed(W) <= a in either case
//   || sum (x_i'u)_+ w_i || <= a (1 + (rho / s)^2)^1/2 ||u_r|| + b |u_f| <= (a^2 (1 + (rho / s)^2) + b^2)^1/2 ||u||.
#include "problem/dominance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace burelu {
namespace {

constexpr double kApart = 256.0;  // the feature over the others once it is tamed: costs 1 / (2 256^2) of gamma
constexpr double kFree = 4096.0;  // its share in a bound's terms, ||f|| ||Y|| / gamma: what a free bias then costs
constexpr int kLeastPower = -6;   // smaller ratios are no trouble
constexpr double kInflate = 1.0 + 1e-7;
constexpr double kUnit = 0x1p-53;
constexpr double kTiny = 1e-290;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

double norm(const double* x, index_t size, index_t without = -1) {
  double largest = 0.0;
  for (index_t j = 0; j < size; ++j)
    if (j != without) largest = std::max(largest, std::abs(x[j]));
  if (!(largest > 0.0) || !std::isfinite(largest)) return largest;
  const int power = std::ilogb(largest);
  double sum = 0.0;
  for (index_t j = 0; j < size; ++j) {
    const double entry = j == without ? 0.0 : std::ldexp(x[j], -power);
    sum += entry * entry;
  }
  return std::ldexp(std::sqrt(sum), power);
}

std::vector<double> row_of(const MatrixView& M, index_t i) {
  std::vector<double> out(static_cast<std::size_t>(M.cols));
  for (index_t j = 0; j < M.cols; ++j) out[static_cast<std::size_t>(j)] = M(i, j);
  return out;
}

/// The largest ||r_i|| / |f_i|, not below it; infinity where a row has no f.
double ratio(const MatrixView& X, index_t feature) {
  double largest = 0.0;
  for (index_t i = 0; i < X.rows; ++i) {
    const std::vector<double> x = row_of(X, i);
    const double rest = norm(x.data(), X.cols, feature);
    if (rest == 0.0) continue;
    largest = std::max(largest, kInflate * rest / std::abs(X(i, feature)));
    if (!(largest < 1.0)) return kInfinite;
  }
  return kInflate * largest + kTiny;
}

/// sum of products in twice the working precision (Ogita, Rump, Oishi, SIAM J. Sci. Comput. 26, 2005).
class AccurateSum {
 public:
  void add_product(double a, double b) {
    const double p = a * b;
    const double sum = sum_ + p;
    const double z = sum - sum_;
    error_ += ((sum_ - (sum - z)) + (p - z)) + std::fma(a, b, -p);
    sum_ = sum;
    magnitude_ += std::abs(p);
    terms_ += 1.0;
  }
  double size_above() const {
    const double relative = 4.0 * (terms_ + 2.0) * kUnit;
    return kInflate * (std::abs(sum_ + error_) + relative * relative * magnitude_) + kTiny * (terms_ + 1.0);
  }
  double value() const { return sum_ + error_; }

 private:
  double sum_ = 0.0, error_ = 0.0, magnitude_ = 0.0, terms_ = 0.0;
};

bool on_side(double f, double sign) { return sign * f > 0.0; }

/// The larger response of the two sides, not below it.
double response(const MatrixView& X, const Matrix& W, index_t feature) {
  double largest = 0.0;
  for (const double sign : {1.0, -1.0}) {
    std::vector<AccurateSum> sums(static_cast<std::size_t>(W.cols));
    for (index_t i = 0; i < X.rows; ++i)
      for (index_t j = 0; j < W.cols && on_side(X(i, feature), sign); ++j)
        sums[static_cast<std::size_t>(j)].add_product(X(i, feature), W(i, j));
    std::vector<double> sizes;
    for (const AccurateSum& sum : sums) sizes.push_back(sum.size_above());
    largest = std::max(largest, kInflate * norm(sizes.data(), W.cols));
  }
  return largest;
}

double frobenius(const MatrixView& M) {
  double size = 0.0;
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j) size = std::hypot(size, M(i, j));
  return size;
}

}  // namespace

std::optional<Dominance> dominant_feature(const Problem& problem) {
  const MatrixView& X = problem.X;
  index_t feature = -1;
  for (index_t i = 0; i < X.rows && feature < 0; ++i) {
    double largest = 0.0;
    for (index_t j = 0; j < X.cols; ++j)
      if (std::abs(X(i, j)) > largest) largest = std::abs(X(i, feature = j));
  }
  if (feature < 0 || X.cols < 2) return std::nullopt;
  const double rho = ratio(X, feature);
  if (!(rho < 1.0)) return std::nullopt;
  double size = 0.0;
  for (index_t i = 0; i < X.rows; ++i) size = std::hypot(size, X(i, feature));
  const double free = problem.gamma / size / frobenius(problem.Y);
  const double wanted = std::max(kApart * rho, kFree * free);
  if (!(wanted > 0.0) || !std::isfinite(wanted)) return std::nullopt;
  const int power = static_cast<int>(std::ceil(std::log2(wanted)));
  if (power > kLeastPower) return std::nullopt;
  return Dominance{feature, power};
}

Matrix tamed(const MatrixView& X, const Dominance& dominance) {
  Matrix out(X.rows, X.cols);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) {
      out(i, j) = j == dominance.feature ? std::ldexp(X(i, j), dominance.power) : X(i, j);
      if (j == dominance.feature && std::ldexp(out(i, j), -dominance.power) != X(i, j)) return {};
    }
  return out;
}

Matrix without_response(const MatrixView& X, const Matrix& W, const Dominance& dominance) {
  const auto f = [&](index_t i) { return std::ldexp(X(i, dominance.feature), dominance.power); };
  Matrix out = W;
  for (int round = 0; round < 2; ++round)  // the second takes off what the first one's rounding left
    for (const double sign : {1.0, -1.0}) {
      double square = 0.0;
      std::vector<AccurateSum> sums(static_cast<std::size_t>(W.cols));
      for (index_t i = 0; i < X.rows; ++i) {
        if (!on_side(X(i, dominance.feature), sign)) continue;
        square += f(i) * f(i);
        for (index_t j = 0; j < W.cols; ++j) sums[static_cast<std::size_t>(j)].add_product(f(i), out(i, j));
      }
      for (index_t i = 0; i < X.rows; ++i)
        for (index_t j = 0; j < W.cols && on_side(X(i, dominance.feature), sign); ++j)
          out(i, j) -= f(i) * (sums[static_cast<std::size_t>(j)].value() / square);
    }
  return out;
}

double tamed_gamma(const Problem& problem, const Matrix& W, const Dominance& dominance) {
  const MatrixView& X = problem.X;
  if (dominance.feature < 0 || dominance.feature >= X.cols || W.rows != X.rows) return 0.0;
  const double q = kInflate * std::ldexp(ratio(X, dominance.feature), -dominance.power) + kTiny;
  const double b = kInflate * (response(X, W, dominance.feature) / problem.gamma) + kTiny;
  if (!(b < 1.0) || !std::isfinite(q)) return 0.0;
  return problem.gamma * std::sqrt((1.0 - b) * (1.0 + b) / (1.0 + q * q)) * (1.0 - 16.0 * kUnit);
}

double gamma_to_solve(double gamma) { return gamma * (1.0 - 0x1p-13); }

}  // namespace burelu
