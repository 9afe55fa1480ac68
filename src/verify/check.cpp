// The checks in the order of the proof:
//  1. the certificate belongs to these data and is well formed: multipliers nonnegative off the tied pairs;
//  2. row i lies near its line, x_i = r x_k + e: eta >= sum ||w_i|| ||e_i||, ||sum (x_i'u)_+ w_i|| grows by eta ||u||;
//     With many features the representatives are replaced by rows l_k in few coordinates (thin.hpp), which adds to eta
//     and divides gamma;
//  3. Q = M(T) + blkdiag(0, gamma'/2 I) - G G' / (2 gamma') >= 0 for gamma' = gamma - eta, G = [w+ + w-; -X'w-],
//     hence mu(W) <= gamma;
//     A certificate of branch and bound has W alone: branch.hpp proves mu(W) <= gamma in place of 2 and 3;
//     Where a feature dominates all others, 2 and 3 are for the tamed data (dominant.hpp);
//  4. the bound D(W) = -<W, Y> - 1/2 ||W||^2, rounded down, is not below the one claimed.
#include "verify/check.hpp"

#include <cfenv>
#include <cmath>
#include <limits>

#include "verify/branch.hpp"
#include "verify/dominant.hpp"
#include "verify/interval.hpp"
#include "verify/sparse_form.hpp"
#include "verify/thin.hpp"

namespace burelu::verify {
namespace {

using Intervals = std::vector<Interval>;

std::string malformed(const Data& data, const Claim& claim) {
  const auto m = static_cast<std::int64_t>(claim.representatives.size());
  const auto n = static_cast<std::int64_t>(data.X.rows);
  if (claim.W.rows != data.X.rows || claim.W.cols != data.Y.cols) return "W has another shape than the targets";
  if (!(claim.gamma > 0.0)) return "gamma is not positive";
  if (claim.data_hash != hash(data, claim.gamma)) return "the certificate was made for other data (the hash differs)";
  for (const std::int64_t row : claim.representatives)
    if (row < 0 || row >= n) return "a representative is no row of the data";
  for (const std::int64_t line : claim.line)
    if (line < -1 || line >= m) return "a row lies on a line that is not there";
  const std::int64_t forms = 2 * m;
  for (const Pair& pair : claim.pairs) {
    const std::string name = "multiplier (" + std::to_string(pair.i) + ", " + std::to_string(pair.j) + ")";
    if (pair.j < 0 || pair.i < pair.j || pair.i >= forms) return name + " is out of range";
    const bool tied = pair.j < m && pair.i == pair.j + m;
    if (!tied && !(pair.value >= 0.0)) return name + " is negative and its pair is not tied";
  }
  return {};
}

/// G and eta of steps 2 and 3. Rounding errors of G go into `rounding`: ||a_k delta_k|| <= ||x_k|| ||delta_k|| ||u||.
struct Collapsed {
  double eta = 0.0;       // per ||u||
  double rounding = 0.0;  // per ||z||, the coordinates of the rows
  Table G;                // (m + d) x c
};

/// sum |r_i| w_i over the two sides of each line (m x c each), and sum ||w_i|| ||e_i|| added to eta.
struct Sides {
  Intervals positive, negative;

  Sides(const Data& data, const Claim& claim, double& eta)
      : positive(claim.representatives.size() * data.Y.cols), negative(claim.representatives.size() * data.Y.cols) {
    const std::size_t c = data.Y.cols;
    const std::size_t d = data.X.cols;
    std::vector<double> e(d);
    for (std::size_t i = 0; i < data.X.rows; ++i) {
      const double* w = claim.W.values.data() + i * c;
      const double r = claim.line[i] < 0 ? 0.0 : claim.ratio[i];
      const std::size_t line = claim.line[i] < 0 ? 0 : static_cast<std::size_t>(claim.line[i]);
      const std::size_t from = r == 0.0 ? i : static_cast<std::size_t>(claim.representatives[line]);
      for (std::size_t j = 0; j < d; ++j) e[j] = std::fma(-r, data.X(from, j), data.X(i, j));  // one rounding
      if (std::abs(r) != 1.0 && r != 0.0)
        for (double& entry : e) entry = std::abs(entry) + 1e-300;  // it may have underflowed
      const double distance = norm_above(e.data(), d);
      if (distance > 0.0) eta = up(eta + up(up(distance) * norm_above(w, c)));
      if (r == 0.0) continue;
      Interval* sum = (r > 0.0 ? positive : negative).data() + line * c;
      for (std::size_t j = 0; j < c; ++j) {
        const Interval term = std::abs(r) == 1.0 ? Interval(w[j]) : Interval(std::abs(r)) * Interval(w[j]);
        sum[j] = is_zero(sum[j]) ? term : sum[j] + term;
      }
    }
  }

  static bool is_zero(Interval a) { return a.low == 0.0 && a.high == 0.0; }
};

/// Replaces an interval by its middle; the radius is returned.
double settle(Interval from, double& middle) {
  middle = 0.5 * from.low + 0.5 * from.high;
  return from.low == from.high ? 0.0 : up(std::max(from.high - middle, middle - from.low));
}

double norm_of(const Interval* values, std::size_t size) {
  std::vector<double> largest;
  for (std::size_t j = 0; j < size; ++j) largest.push_back(values[j].magnitude());
  return norm_above(largest.data(), size);
}

Collapsed collapse(const Data& data, const Claim& claim, const ThinRows& thin) {
  const std::size_t m = claim.representatives.size();
  const std::size_t c = data.Y.cols;
  const std::size_t d = thin.rows.cols;
  Collapsed out;
  const Sides sides(data, claim, out.eta);
  out.G = {m + d, c, std::vector<double>((m + d) * c, 0.0)};
  Intervals lower(d * c);  // -X'w-
  std::vector<double> radius(c);
  for (std::size_t k = 0; k < m; ++k) {
    const double* x = thin.rows.values.data() + k * d;
    if (!thin.residual.empty()) {
      const double mass = up(norm_of(&sides.positive[k * c], c) + norm_of(&sides.negative[k * c], c));
      out.eta = up(out.eta + up(thin.residual[k] * mass));
    }
    double largest = 0.0;
    for (std::size_t j = 0; j < c; ++j) {
      const Interval negative = sides.negative[k * c + j];
      double point = 0.0;
      radius[j] = settle(negative, point);  // w- is this point from here on
      const Interval sum = point == 0.0 ? sides.positive[k * c + j] : sides.positive[k * c + j] + point;
      radius[j] = up(radius[j] + settle(sum, out.G(k, j)));
      largest = std::max(largest, radius[j]);
      for (std::size_t l = 0; l < d && point != 0.0; ++l) lower[l * c + j] -= Interval(x[l]) * Interval(point);
    }
    if (largest > 0.0) out.rounding = up(out.rounding + up(norm_above(x, d) * norm_above(radius.data(), c)));
  }
  std::vector<double> rest(d * c);
  for (std::size_t k = 0; k < d * c; ++k) rest[k] = settle(lower[k], out.G.values[m * c + k]);
  out.rounding = up(out.rounding + norm_above(rest.data(), rest.size()));
  return out;
}

/// sum of products in twice the working precision (Ogita, Rump, Oishi, SIAM J. Sci. Comput. 26, 2005), rounded down.
class AccurateSum {
 public:
  void add_product(double a, double b) {
    if (a == 0.0 || b == 0.0) return;  // exact: a bound of 0 is not lost to the term for underflow
    const double p = a * b;
    const double rest = std::fma(a, b, -p);
    const double sum = sum_ + p;
    const double z = sum - sum_;
    error_ += ((sum_ - (sum - z)) + (p - z)) + rest;
    sum_ = sum;
    magnitude_ += std::abs(p);
    terms_ += 1.0;
  }

  /// |result - exact| <= u |exact| + gamma_2k^2 magnitude, and underflow.
  double below() const {
    const double relative = 4.0 * (terms_ + 2.0) * 0x1p-53;
    return down(down(sum_ + error_) - up(relative * relative * magnitude_ * 1.01 + 1e-307 * terms_));
  }

 private:
  double sum_ = 0.0;
  double error_ = 0.0;
  double magnitude_ = 0.0;
  double terms_ = 0.0;
};

double dual_value_below(const Table& Y, const Table& W) {
  AccurateSum sum;
  for (std::size_t i = 0; i < W.values.size(); ++i) {
    sum.add_product(-W.values[i], Y.values[i]);
    sum.add_product(-0.5 * W.values[i], W.values[i]);
  }
  return sum.below();
}

/// What (rounding + gamma') ||z|| + eta ||u|| <= gamma ||u|| leaves, with ||z|| <= stretch ||u||.
double gamma_left(double gamma, const Collapsed& w, const ThinRows& thin) {
  if (w.eta > 0.0) gamma = down(gamma - w.eta);
  if (thin.stretch > 1.0) gamma = down(gamma / thin.stretch);
  return w.rounding == 0.0 ? gamma : down(gamma - w.rounding);
}

/// Why the multipliers do not prove mu(W) <= gamma; empty where they do.
std::string unsupported(const Data& data, const Claim& claim) {
  const ThinRows thin = thin_rows(data, claim);
  const Collapsed w = collapse(data, claim, thin);
  const double gamma = gamma_left(claim.gamma, w, thin);
  if (!(gamma > 0.0)) return "rows lie too far from their lines";
  if (sparse_form_positive(thin.rows, claim, w.G, gamma)) return {};
  return "the multipliers do not support W: Q is not positive semidefinite beyond rounding errors";
}

/// Why mu(W) <= claim.gamma is not proven for these data; empty where it is.
std::string unproven(const Data& data, const Claim& claim, Verdict& out) {
  if (!claim.branched) return unsupported(data, claim);
  const Tree tree = prove_by_branching(data, claim);
  out.cells = tree.cells;
  return tree.reason;
}

}  // namespace

Verdict check(const Data& data, const Claim& claim) {
  Verdict out;
  if (std::fegetround() != FE_TONEAREST) out.reason = "the processor does not round to nearest";
  if (out.reason.empty()) out.reason = malformed(data, claim);
  if (!out.reason.empty()) return out;
  if (claim.dominant >= 0) {
    const Tamed tamed = tame(data, claim);
    Claim inside = claim;
    inside.gamma = tamed.gamma;
    out.reason = tamed.gamma > 0.0 ? unproven(tamed.data, inside, out) : "the feature named dominant is not";
  } else {
    out.reason = unproven(data, claim, out);
  }
  if (!out.reason.empty()) return out;
  out.lower_bound = dual_value_below(data.Y, claim.W);
  if (!std::isfinite(out.lower_bound))
    out.reason = "the value of W overflows";
  else if (!(claim.lower_bound <= out.lower_bound))
    out.reason = "the bound claimed is higher than what W proves";
  out.valid = out.reason.empty();
  if (!std::isfinite(out.lower_bound)) out.lower_bound = 0.0;
  return out;
}

}  // namespace burelu::verify
