// Climbs over the shift and over the share of the incumbent, see repair.hpp.
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

constexpr double kStart = -7.0;      // of the logarithm of the shift over the mean diagonal of K
constexpr double kLongStep = 1.6;    // of a climb
constexpr double kShortStep = 0.1;   // ... the last one at small orders,
constexpr double kCoarseStep = 0.4;  // and at large ones, where a Cholesky factorisation costs
constexpr index_t kSmall = 150;
constexpr int kMostTrials = 60;  // of a climb: Lambda improves meanwhile, so a share may beat what it was just before
constexpr double kLeastLambda = 1e-2;  // of what tr Lambda can be: multiplicative steps do not leave zero
constexpr double kSparseRoom = 1e-8;   // of the diagonal: the sparse proof takes less off at any order
constexpr double kNegligible = 1e-14;  // of sqrt(tau_i tau_j): multipliers below are dropped when T is mixed

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double share(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

bool ordered(const Multiplier& a, const Multiplier& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); }

}  // namespace

Repair::Repair(const Presolved& reduced)
    : reduced_(reduced),
      m_(reduced.rows()),
      d_(reduced.features()),
      c_(reduced.outputs()),
      order_(m_ + d_),
      place_{kStart, 0.0} {
  double squares = 0.0;
  for (const double x : reduced.X.data) squares += x * x;
  if (squares > 0.0) uniform_ = reduced.gamma / squares;
}

/// At this place of the climb at hand, with a share ground_ of the uniform interior point, shrunk by what `prove` will
/// take off the diagonal.
SlackMixture Repair::mixture(double place) const {
  const double raised = climb_ == kRaised ? place : place_[kRaised];
  const double incumbent = climb_ == kRaised ? 0.0 : share(place);
  SlackMixture out;
  out.form = (1.0 - ground_) * (1.0 - incumbent);
  out.anchor = (1.0 - ground_) * incumbent;
  out.tied.resize(at(m_));
  for (index_t k = 0; k < m_; ++k)
    out.tied[at(k)] = out.form * (lacking_[at(k)] + std::exp(raised) * unit_) + ground_ * uniform_;
  const double taken = 8.0 * static_cast<double>((order_ + 8) * (order_ + 8)) * 0x1p-53;
  out.spare = 1.0 - std::min(taken, kSparseRoom);
  return out;
}

/// Keeps the best W at this place where its bound is better than the choice so far.
bool Repair::improve(double place, const Matrix& W, Choice& best) {
  if (stopped() && best.bound > -kInfinity) return false;
  ++trials_;
  flops_ += slack_->flops(LossSpace::most_columns(reduced_));
  SlackMixture here = mixture(place);
  const double share = slack_->factorise(here);
  if (!(share > 0.0)) return false;
  const LossSpace space(reduced_, *slack_, W);
  if (!space.valid()) return false;
  BestDual found = best_dual(space.G(), space.Y(), reduced_.gamma, best.bound - reduced_.constant_loss, Lambda_, stop_);
  if (found.W.data.empty() || !(found.value + reduced_.constant_loss > best.bound)) return false;
  best = {found.value + reduced_.constant_loss, place, std::move(here), share, space.expand(found.W)};
  return true;
}

/// From where the last climb of this kind ended, up to where K > 0, then uphill on the bound.
void Repair::climb(Climb kind, const DualPoint& point, Choice& best) {
  climb_ = kind;
  Choice here;
  double place = place_[kind];
  double step = kLongStep;
  while (!improve(place, *point.W, here)) {
    if (place >= kReach || stopped()) return;
    place = std::min(place + step, kReach);
    step *= 1.5;
  }
  double direction = -1.0;
  const double least = order_ <= kSmall ? kShortStep : kCoarseStep;
  step = kLongStep;
  for (int trial = 0; trial < kMostTrials && step > least && !stopped(); ++trial) {
    const double ahead = std::clamp(here.place + direction * step, -kReach, kReach);
    const double behind = std::clamp(here.place - direction * step, -kReach, kReach);
    if (ahead != here.place && improve(ahead, *point.W, here)) continue;
    if (behind != here.place && improve(behind, *point.W, here)) {
      direction = -direction;
    } else {
      step *= 0.4;
    }
  }
  place_[kind] = here.place;
  if (here.bound > best.bound) best = std::move(here);
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
  const double keep = choice.share * choice.mixture.form;
  const double other = choice.share * choice.mixture.anchor;
  std::vector<double> tau(at(m_));
  for (std::size_t k = 0; k < tau.size(); ++k)
    tau[k] = keep * (*point.tau)[k] + (other > 0.0 ? other * incumbent_.tau[k] : 0.0) -
             choice.share * choice.mixture.tied[k];
  std::vector<Multiplier> fresh = *point.multipliers;
  if (!std::is_sorted(fresh.begin(), fresh.end(), ordered)) std::sort(fresh.begin(), fresh.end(), ordered);
  incumbent_.pairs = mixed(fresh, keep, other > 0.0 ? incumbent_.pairs : std::vector<Multiplier>(), other, tau);
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

void Repair::begin_with(const Proposal& repaired) {
  previous_ = std::move(incumbent_);
  incumbent_ = {repaired.bound, repaired.multipliers, repaired.tau, repaired.W};
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

/// Raises the incumbent by this point where one of its mixtures is better. Returns what is given up of the point alone.
double Repair::raise(const DualPoint& point) {
  slack_->set_form(*point.multipliers, *point.tau);
  unit_ = slack_->mean_diagonal();
  lacking_ = slack_->lacking(lift_);

  Choice best;
  climb(kRaised, point, best);
  const double theta = best.bound > -kInfinity ? 1.0 - best.share * best.mixture.form : 1.0;
  if (!incumbent_.tau.empty() && !stopped()) {
    slack_->set_anchor(incumbent_.pairs, incumbent_.tau);
    climb(kIncumbent, point, best);
  }
  if (best.bound > incumbent_.bound) {
    if (!previous_) previous_ = incumbent_;
    adopt(point, best);
  }
  return theta;
}

}  // namespace burelu
