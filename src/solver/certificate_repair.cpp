// Climb over the share of the anchor, see certificate_repair.hpp.
#include "solver/certificate_repair.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "solver/certificate_dual.hpp"
#include "solver/certificate_space.hpp"
#include "solver/certificate_threads.hpp"

namespace burelu {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kReach = 23.0;      // theta / (1 - theta) stays within e^-23 .. e^23
constexpr double kLongStep = 1.6;    // of a climb in log(theta / (1 - theta))
constexpr double kShortStep = 0.1;   // ... the last one at small orders,
constexpr double kCoarseStep = 0.4;  // and at large ones, where a Cholesky factorisation costs
constexpr index_t kSmall = 150;
constexpr int kRetryAnchors = 8;       // every so many calls both interior anchors are tried
constexpr double kNegligible = 1e-14;  // of sqrt(tau_i tau_j): multipliers below are dropped when T is mixed

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double share(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

/// ||diag(t)^1/2 X||^2.
double weighted_norm_squared(const Matrix& X, const std::vector<double>& t) {
  if (X.rows == 0 || X.cols == 0) return 0.0;
  Matrix rows = X;
  for (index_t k = 0; k < X.rows; ++k)
    for (index_t j = 0; j < X.cols; ++j) rows(k, j) *= std::sqrt(t[at(k)]);
  Matrix gram(X.cols, X.cols);
  const auto d = static_cast<lapack_int>(X.cols);
  cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, d, static_cast<blasint>(X.rows), 1.0, rows.data.data(), d, 0.0,
              gram.data.data(), d);
  std::vector<double> values(at(X.cols));
  if (LAPACKE_dsyev(LAPACK_COL_MAJOR, 'N', 'L', d, gram.data.data(), d, values.data()) != 0) return kInfinite;
  return values.back();
}

double dual_value(const Matrix& W, const Matrix& Y) {
  double value = 0.0;
  for (std::size_t i = 0; i < W.data.size(); ++i) value -= W.data[i] * (Y.data[i] + 0.5 * W.data[i]);
  return value;
}

bool ordered(const Multiplier& a, const Multiplier& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); }

/// keep A + share B of two sorted lists, without what is negligible beside tau.
std::vector<Multiplier> mixed(const std::vector<Multiplier>& A, double keep, const std::vector<Multiplier>& B,
                              double other, const std::vector<double>& tau) {
  const auto m = static_cast<std::int32_t>(tau.size());
  std::vector<Multiplier> out;
  out.reserve(A.size() + B.size());
  const auto put = [&](const Multiplier& pair, double value) {
    const double scale = tau[static_cast<std::size_t>(pair.i % m)] * tau[static_cast<std::size_t>(pair.j % m)];
    if (value > 0.0 && value > kNegligible * std::sqrt(std::abs(scale))) out.push_back({pair.i, pair.j, value});
  };
  auto a = A.begin();
  auto b = B.begin();
  while (a != A.end() || b != B.end()) {
    const bool take_a = b == B.end() || (a != A.end() && !ordered(*b, *a));
    const bool take_b = a == A.end() || (b != B.end() && !ordered(*a, *b));
    put(take_a ? *a : *b, (take_a ? keep * a->value : 0.0) + (take_b ? other * b->value : 0.0));
    if (take_a) ++a;
    if (take_b) ++b;
  }
  return out;
}

}  // namespace

Repair::Repair(const Presolved& reduced)
    : reduced_(reduced),
      m_(reduced.rows()),
      d_(reduced.features()),
      c_(reduced.outputs()),
      order_(m_ + d_),
      form_(reduced.X),
      factor_(at(order_ * order_)),
      interior_(at(m_)),
      incumbent_{-kInfinite, {}, {}, {}, {}},
      logit_{kReach, kReach, kReach} {}

/// t = 1 or t = -tau, scaled to ||diag(t)^1/2 X||^2 = gamma, half of what is allowed.
void Repair::aim(Anchor anchor, const std::vector<double>& tau) {
  anchor_ = anchor;
  if (anchor == kIncumbent) return;
  double largest = 1e-300;
  for (const double value : tau) largest = std::max(largest, -value);
  for (index_t k = 0; k < m_; ++k) interior_[at(k)] = anchor == kUniform ? 1.0 : std::max(-tau[at(k)] / largest, 1e-9);
  const double scale = reduced_.gamma / weighted_norm_squared(reduced_.X, interior_);
  for (double& t : interior_) t *= scale;
}

/// N(theta), shrunk by what `prove` will take off the diagonal, and its Cholesky factor.
bool Repair::factorise(double theta) {
  const double keep = 1.0 - theta;
  const double spare = 1.0 - 8.0 * static_cast<double>((order_ + 8) * (order_ + 8)) * 0x1p-53;
  for (index_t k = 0; k < order_; ++k) {
    const double* from = form_.lower().data() + k * order_;
    double* to = factor_.data() + k * order_;
    for (index_t i = k; i < order_; ++i) to[i] = keep * from[i];
    if (anchor_ == kIncumbent) {
      const double* anchor = incumbent_.lower.data() + k * order_;
      for (index_t i = k; i < order_; ++i) to[i] += theta * anchor[i];
    } else if (k < m_) {
      const double t = theta * interior_[at(k)];
      to[k] += t;
      for (index_t j = 0; j < d_; ++j) to[m_ + j] -= 0.5 * t * reduced_.X(k, j);
    }
    if (k >= m_) to[k] += 0.5 * reduced_.gamma;
    to[k] *= spare;
  }
  const auto size = static_cast<lapack_int>(order_);
  return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', size, factor_.data(), size) == 0;
}

/// Keeps the best W for this share where its bound is better than the choice so far.
bool Repair::improve(double logit, const Matrix& W, Choice& best) {
  if (!factorise(share(logit))) return false;
  const LossSpace space(reduced_, factor_, W);
  BestDual found = best_dual(space.G(), space.Y(), reduced_.gamma, best.bound - reduced_.constant_loss, Lambda_);
  if (found.W.data.empty() || !(found.value + reduced_.constant_loss > best.bound)) return false;
  best = {found.value + reduced_.constant_loss, anchor_, logit, space.expand(found.W)};
  return true;
}

/// From where the last climb with this anchor ended, up to where N > 0, then uphill on the bound.
void Repair::climb(Anchor anchor, const DualPoint& point, Choice& best) {
  aim(anchor, *point.tau);
  Choice here{-kInfinite, anchor, logit_[anchor], {}};
  double step = kLongStep;
  while (!improve(here.logit, *point.W, here)) {
    if (here.logit >= kReach) return;
    here.logit = std::min(here.logit + step, kReach);
    step *= 1.5;
  }
  double direction = -1.0;
  for (step = kLongStep; step > (order_ <= kSmall ? kShortStep : kCoarseStep);) {
    const double ahead = std::clamp(here.logit + direction * step, -kReach, kReach);
    const double behind = std::clamp(here.logit - direction * step, -kReach, kReach);
    if (improve(ahead, *point.W, here)) continue;
    if (improve(behind, *point.W, here)) {
      direction = -direction;
    } else {
      step *= 0.4;
    }
  }
  logit_[anchor] = here.logit;
  if (here.bound > best.bound) best = std::move(here);
}

/// Makes the chosen mixture the incumbent.
void Repair::adopt(const DualPoint& point, const Choice& choice) {
  aim(choice.anchor, *point.tau);
  const double theta = share(choice.logit);
  const double keep = 1.0 - theta;
  std::vector<double> tau(at(m_));
  for (std::size_t k = 0; k < tau.size(); ++k)
    tau[k] = keep * (*point.tau)[k] + theta * (anchor_ == kIncumbent ? incumbent_.tau[k] : -interior_[k]);
  std::vector<Multiplier> fresh = *point.multipliers;
  if (!std::is_sorted(fresh.begin(), fresh.end(), ordered)) std::sort(fresh.begin(), fresh.end(), ordered);
  incumbent_.pairs =
      mixed(fresh, keep, anchor_ == kIncumbent ? incumbent_.pairs : std::vector<Multiplier>(), theta, tau);
  incumbent_.tau = std::move(tau);
  incumbent_.bound = choice.bound;
  incumbent_.W = choice.W;
  form_.clear();
  form_.add(incumbent_.pairs);
  form_.add_tied(incumbent_.tau);
  form_.finish();
  incumbent_.lower = form_.lower();
}

Proposal Repair::propose(const DualPoint& point) {
  Proposal out;
  out.dual_value = dual_value(*point.W, reduced_.Y) + reduced_.constant_loss;
  if (m_ == 0) {
    out.bound = reduced_.constant_loss;
    out.W = Matrix(0, c_);
    return out;
  }
  const SmallOrderScope threads(order_);
  form_.clear();
  form_.add(*point.multipliers);
  form_.add_tied(*point.tau);
  form_.finish();

  Choice best{-kInfinite, kUniform, kReach, {}};
  climb(interior_anchor_, point, best);
  if (calls_++ % kRetryAnchors == 0) climb(interior_anchor_ == kTau ? kUniform : kTau, point, best);
  if (best.bound > -kInfinite) interior_anchor_ = best.anchor;
  out.theta = share(best.logit);
  if (!incumbent_.lower.empty()) climb(kIncumbent, point, best);
  if (best.bound > incumbent_.bound) adopt(point, best);
  out.bound = incumbent_.bound;
  out.multipliers = incumbent_.pairs;
  out.tau = incumbent_.tau;
  out.W = incumbent_.W;
  return out;
}

}  // namespace burelu
