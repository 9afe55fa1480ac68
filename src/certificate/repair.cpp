// Climb over the share of the anchor, see repair.hpp.
#include "certificate/repair.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "certificate/dual.hpp"
#include "certificate/space.hpp"
#include "certificate/sparse_slack.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr double kStart = 3.0;        // where a climb begins at most: beyond it the bound is flat
constexpr double kBend = 0.3;         // of the curvature left at half the share, in the refined shape
constexpr int kBends = 2;             // refinements of the shape, up to the order ...
constexpr index_t kBendsOrder = 600;  // ... beyond which they are half of a certificate's time and gain nothing
constexpr double kLeastShape = 1e-9;  // of the mean
constexpr double kLongStep = 1.6;     // of a climb in log(theta / (1 - theta))
constexpr double kShortStep = 0.1;    // ... the last one at small orders,
constexpr double kCoarseStep = 0.4;   // and at large ones, where a Cholesky factorisation costs
constexpr index_t kSmall = 150;
constexpr int kMostTrials = 60;   // of a climb: Lambda improves meanwhile, so a share may beat what it was just before
constexpr int kRetryAnchors = 8;  // every so many calls both interior anchors are tried
constexpr double kLeastLambda = 1e-2;  // of what tr Lambda can be: multiplicative steps do not leave zero
constexpr double kSparseRoom = 1e-8;   // of the diagonal: the sparse proof takes less off at any order
constexpr double kNegligible = 1e-14;  // of sqrt(tau_i tau_j): multipliers below are dropped when T is mixed

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double share(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

/// ||diag(t)^1/2 X||^2.
double weighted_norm_squared(const Matrix& X, const std::vector<double>& t) {
  if (X.rows == 0 || X.cols == 0) return 0.0;
  Matrix rows = X;
  for (index_t k = 0; k < X.rows; ++k)
    for (index_t j = 0; j < X.cols; ++j) rows(k, j) *= std::sqrt(t[at(k)]);
  Matrix product(X.cols, X.cols);
  std::vector<double> values;
  gram(1.0, rows, 0.0, product.data.data());
  return eigenvalues(product, values) ? values.back() : kInfinity;
}

bool ordered(const Multiplier& a, const Multiplier& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); }

}  // namespace

Repair::Repair(const Presolved& reduced)
    : reduced_(reduced),
      m_(reduced.rows()),
      d_(reduced.features()),
      c_(reduced.outputs()),
      order_(m_ + d_),
      interior_(at(m_)),
      logit_{kReach, kReach, kReach} {
  if (m_ == 0) return;
  take_shape(std::vector<double>(at(m_), 1.0));
  uniform_ = interior_;
}

/// t scaled to ||diag(t)^1/2 X||^2 = gamma, half of what is allowed.
void Repair::take_shape(const std::vector<double>& t) {
  const double scale = reduced_.gamma / weighted_norm_squared(reduced_.X, t);
  for (index_t k = 0; k < m_; ++k) interior_[at(k)] = scale * t[at(k)];
}

/// Diagonal majorant of the negative curvature of N(theta) on a: for each eigenvector v with eigenvalue lambda < 0,
/// |lambda| v v' <= diag(|lambda| |v_i| sum_j |v_j|). Zero where there is none.
std::vector<double> Repair::negative_curvature(double theta) {
  const Curvature found = slack_->negative_part(mixture(theta));
  std::vector<double> majorant(at(m_), 0.0);
  for (std::size_t l = 0; l < found.values.size(); ++l) {
    const double* v = found.vectors.data() + l * at(order_);
    double sum = 0.0;
    for (index_t k = 0; k < m_; ++k) sum += std::fabs(v[k]);
    for (index_t k = 0; k < m_; ++k) majorant[at(k)] -= found.values[l] * sum * std::fabs(v[k]);
  }
  return majorant;
}

/// Gives the interior point the shape of the negative curvature of N(0), or adds that of N(theta) to the shape it has.
bool Repair::bend(double theta) {
  std::vector<double> t = negative_curvature(theta);
  double sum = 0.0;
  double before = 0.0;
  for (index_t k = 0; k < m_; ++k) {
    sum += t[at(k)];
    before += interior_[at(k)];
  }
  if (!(sum > 0.0)) return false;
  for (index_t k = 0; k < m_; ++k) {
    t[at(k)] = t[at(k)] / sum + kLeastShape / static_cast<double>(m_);
    if (theta > 0.0) t[at(k)] = interior_[at(k)] / before + kBend * t[at(k)];
  }
  take_shape(t);
  return true;
}

/// N(theta) with a share ground_ of the uniform interior point, shrunk by what `prove` will take off the diagonal.
SlackMixture Repair::mixture(double theta) const {
  const double other = (1.0 - ground_) * theta;
  SlackMixture out;
  out.form = (1.0 - ground_) * (1.0 - theta);
  out.anchor = anchor_ == kIncumbent ? other : 0.0;
  out.tied.resize(at(m_));
  for (index_t k = 0; k < m_; ++k)
    out.tied[at(k)] = ground_ * uniform_[at(k)] + (anchor_ == kIncumbent ? 0.0 : other * interior_[at(k)]);
  const double taken = 8.0 * static_cast<double>((order_ + 8) * (order_ + 8)) * 0x1p-53;
  out.spare = 1.0 - std::min(taken, kSparseRoom);
  return out;
}

/// Keeps the best W for this share where its bound is better than the choice so far.
bool Repair::improve(double logit, const Matrix& W, Choice& best) {
  if (stopped() && best.bound > -kInfinity) return false;
  ++trials_;
  flops_ += slack_->flops(LossSpace::most_columns(reduced_));
  if (!slack_->factorise(mixture(share(logit)))) return false;
  const LossSpace space(reduced_, *slack_, W);
  if (!space.valid()) return false;
  BestDual found = best_dual(space.G(), space.Y(), reduced_.gamma, best.bound - reduced_.constant_loss, Lambda_, stop_);
  if (found.W.data.empty() || !(found.value + reduced_.constant_loss > best.bound)) return false;
  best = {found.value + reduced_.constant_loss, anchor_, logit, space.expand(found.W), interior_};
  return true;
}

/// From where the last climb with this anchor ended, up to where N > 0, then uphill on the bound. True if it raised it.
bool Repair::climb(const DualPoint& point, Choice& best) {
  Choice here{-kInfinity, anchor_, std::min(logit_[anchor_], kStart), {}, {}};
  double step = kLongStep;
  while (!improve(here.logit, *point.W, here)) {
    if (here.logit >= kReach || stopped()) return false;
    here.logit = std::min(here.logit + step, kReach);
    step *= 1.5;
  }
  double direction = -1.0;
  const double least = order_ <= kSmall ? kShortStep : kCoarseStep;
  step = kLongStep;
  for (int trial = 0; trial < kMostTrials && step > least && !stopped(); ++trial) {
    const double ahead = std::clamp(here.logit + direction * step, -kReach, kReach);
    const double behind = std::clamp(here.logit - direction * step, -kReach, kReach);
    if (ahead != here.logit && improve(ahead, *point.W, here)) continue;
    if (behind != here.logit && improve(behind, *point.W, here)) {
      direction = -direction;
    } else {
      step *= 0.4;
    }
  }
  logit_[anchor_] = here.logit;
  if (!(here.bound > best.bound)) return false;
  best = std::move(here);
  return true;
}

void Repair::try_interior(Anchor anchor, const DualPoint& point, Choice& best) {
  anchor_ = anchor;
  if (anchor == kUniform || stopped() || !bend(0.0)) interior_ = uniform_;
  bool better = climb(point, best);
  const int bends = anchor == kCurvature && order_ <= kBendsOrder ? kBends : 0;
  for (int round = 0; better && round < bends && !stopped(); ++round)
    better = bend(0.5 * share(logit_[kCurvature])) && climb(point, best);
}

/// keep A + share B of two sorted lists, without what is negligible beside tau.
std::vector<Multiplier> Repair::mixed(const std::vector<Multiplier>& A, double keep, const std::vector<Multiplier>& B,
                                      double other, const std::vector<double>& tau) const {
  const auto m = static_cast<std::int32_t>(tau.size());
  std::vector<Multiplier> out;
  out.reserve(A.size() + B.size());
  const auto put = [&](const Multiplier& pair, double value) {
    const double scale = tau[at(pair.i % m)] * tau[at(pair.j % m)];
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

/// Makes the chosen mixture the incumbent.
void Repair::adopt(const DualPoint& point, const Choice& choice) {
  anchor_ = choice.anchor;
  interior_ = choice.interior;
  const double keep = (1.0 - ground_) * (1.0 - share(choice.logit));
  const double other = (1.0 - ground_) * share(choice.logit);
  std::vector<double> tau(at(m_));
  for (std::size_t k = 0; k < tau.size(); ++k)
    tau[k] = keep * (*point.tau)[k] + other * (anchor_ == kIncumbent ? incumbent_.tau[k] : -interior_[k]) -
             ground_ * uniform_[k];
  std::vector<Multiplier> fresh = *point.multipliers;
  if (!std::is_sorted(fresh.begin(), fresh.end(), ordered)) std::sort(fresh.begin(), fresh.end(), ordered);
  incumbent_.pairs =
      mixed(fresh, keep, anchor_ == kIncumbent ? incumbent_.pairs : std::vector<Multiplier>(), other, tau);
  incumbent_.tau = std::move(tau);
  incumbent_.bound = choice.bound;
  incumbent_.W = choice.W;
}

/// By this point and by the average.
double Repair::raise_both(const DualPoint& point) {
  SparseSlack slack(reduced_.X, reduced_.gamma);
  slack_ = &slack;
  const double theta = raise(point);
  if (calls_ > 0 && !stopped()) raise({&average_.pairs, &average_.tau, &average_.W});
  return theta;
}

/// Lambda from the last call, away from zero: where W = -Y needed no bound then, an output may need one now.
void Repair::lift_lambda() {
  if (Lambda_.rows != c_) return;
  double squares = 0.0;
  for (const double y : reduced_.Y.data) squares += y * y;
  const double least = kLeastLambda * 0.5 * squares / (reduced_.gamma * static_cast<double>(c_));
  for (index_t j = 0; j < c_; ++j) Lambda_(j, j) += least;
}

Proposal Repair::propose(const DualPoint& point) {
  Proposal out;
  out.dual_value = dual_value(*point.W, reduced_.Y) + reduced_.constant_loss;
  if (m_ == 0) {
    out.bound = reduced_.constant_loss;
    out.W = Matrix(0, c_);
    return out;
  }
  lift_lambda();
  remember(point);
  previous_.reset();
  trials_ = 0;
  flops_ = 0.0;
  out.theta = raise_both(point);
  out.trials = trials_;
  out.flops = flops_;
  ++calls_;
  out.bound = incumbent_.bound;
  out.multipliers = incumbent_.pairs;
  out.tau = incumbent_.tau;
  out.W = incumbent_.W;
  return out;
}

/// The last incumbent could not be proven as proposed: N was positive definite by less than rounding. Back to the one
/// before, and more of the interior point from here on.
void Repair::doubt() {
  if (!previous_) return;
  incumbent_ = std::move(*previous_);
  previous_.reset();
  ground_ = std::min(10.0 * ground_, kGroundMost);
}

/// Half the average so far, half the new point: noise of the iteration cancels (the gap falls by a tenth to a half).
void Repair::remember(const DualPoint& point) {
  std::vector<Multiplier> fresh = *point.multipliers;
  if (!std::is_sorted(fresh.begin(), fresh.end(), ordered)) std::sort(fresh.begin(), fresh.end(), ordered);
  if (average_.tau.empty()) {
    average_.pairs = std::move(fresh);
    average_.tau = *point.tau;
    average_.W = *point.W;
    return;
  }
  for (std::size_t k = 0; k < average_.tau.size(); ++k) average_.tau[k] = 0.5 * (average_.tau[k] + (*point.tau)[k]);
  for (std::size_t k = 0; k < average_.W.data.size(); ++k)
    average_.W.data[k] = 0.5 * (average_.W.data[k] + point.W->data[k]);
  average_.pairs = mixed(fresh, 0.5, average_.pairs, 0.5, average_.tau);
}

/// Raises the incumbent by this point where one of its mixtures is better. Returns the share of the interior point.
double Repair::raise(const DualPoint& point) {
  slack_->set_form(*point.multipliers, *point.tau);

  Choice best{-kInfinity, kUniform, kReach, {}, {}};
  try_interior(interior_anchor_, point, best);
  if (calls_ % kRetryAnchors == 0 || best.bound == -kInfinity)
    try_interior(interior_anchor_ == kCurvature ? kUniform : kCurvature, point, best);
  if (best.bound > -kInfinity) interior_anchor_ = best.anchor;
  const double theta = share(best.logit);
  if (!incumbent_.tau.empty() && !stopped()) {
    anchor_ = kIncumbent;
    slack_->set_anchor(incumbent_.pairs, incumbent_.tau);
    climb(point, best);
  }
  if (best.bound > incumbent_.bound) {
    if (!previous_) previous_ = incumbent_;
    adopt(point, best);
  }
  return theta;
}

}  // namespace burelu
