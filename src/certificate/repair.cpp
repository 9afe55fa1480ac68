// Climbs over the shift and over the share of the incumbent, see repair.hpp.
#include "certificate/repair.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "certificate/dual.hpp"

namespace burelu {
namespace {

constexpr double kStart = -7.0;        // of the logarithm of the shift over the mean diagonal of K
constexpr index_t kSmall = 150;        // orders at which a Cholesky factorisation costs little
constexpr double kLeastLambda = 1e-2;  // of what tr Lambda can be: multiplicative steps do not leave zero
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
      place_{kStart, 0.0, 0.0} {
  double squares = 0.0;
  for (const double x : reduced.X.data) squares += x * x;
  if (squares > 0.0) uniform_ = reduced.gamma / squares;
}

/// Side by side, each from where the last of its kind ended, up to where K > 0, then uphill on the bound.
void Repair::climb(Climb kind, std::vector<Form*> forms, TrialCrew& crew) {
  std::vector<Ascent> ascents(forms.size(), Ascent(place_[kind], order_ <= kSmall));
  std::vector<std::size_t> counts(forms.size());
  do {
    std::vector<Trial> trials;
    for (std::size_t k = 0; k < forms.size(); ++k) {
      const std::vector<double> places = ascents[k].next();
      counts[k] = places.size();
      for (const double place : places) {
        trials.push_back({forms[k]->number, kind == kRaised ? place : forms[k]->raised,
                          kind == kRaised ? 0.0 : share(place), ascents[k].value(), forms[k]->Lambda});
      }
    }
    if (trials.empty()) break;
    std::vector<TrialResult> results = crew.run(trials, stop_, grace());
    std::size_t i = 0;
    for (std::size_t k = 0; k < forms.size(); ++k) {
      std::vector<double> bounds;
      for (const std::size_t end = i + counts[k]; i < end; ++i) {
        bounds.push_back(results[i].bound);
        if (results[i].W.data.empty() || !(results[i].bound > ascents[k].value())) continue;
        forms[k]->Lambda = std::move(results[i].Lambda);
        if (results[i].bound > forms[k]->best.bound)
          forms[k]->best = {results[i].bound, std::move(trials[i]), results[i].share, std::move(results[i].W)};
      }
      ascents[k].take(bounds);
    }
  } while (!stopped());
  for (std::size_t k = 0; k < forms.size(); ++k) {
    if (!ascents[k].found()) continue;
    place_[kind] = ascents[k].best();
    if (kind == kRaised) forms[k]->raised = place_[kind];
  }
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

/// Makes the best mixture of this form the incumbent.
void Repair::adopt(const Form& form, const TrialCrew& crew) {
  const DualPoint& point = form.point;
  const SlackMixture mixture = crew.mixture(form.best.trial);
  const double keep = form.best.share * mixture.form;
  const double other = form.best.share * mixture.anchor;
  std::vector<double> tau(at(m_));
  for (std::size_t k = 0; k < tau.size(); ++k)
    tau[k] =
        keep * (*point.tau)[k] + (other > 0.0 ? other * incumbent_.tau[k] : 0.0) - form.best.share * mixture.tied[k];
  std::vector<Multiplier> fresh = *point.multipliers;
  if (!std::is_sorted(fresh.begin(), fresh.end(), ordered)) std::sort(fresh.begin(), fresh.end(), ordered);
  incumbent_.pairs = mixed(fresh, keep, other > 0.0 ? incumbent_.pairs : std::vector<Multiplier>(), other, tau);
  incumbent_.tau = std::move(tau);
  incumbent_.bound = form.best.bound;
  incumbent_.W = form.best.W;
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
  std::vector<Form> forms{{0, point, place_[kRaised], Lambda_, {}}};
  if (calls_ > 0) forms.push_back({1, {&average_.pairs, &average_.tau, &average_.W}, place_[kRaised], Lambda_, {}});
  TrialCrew crew(reduced_, {ground_, uniform_}, lead_);
  out.theta = raise(forms, crew);
  crew.end();
  Lambda_ = std::move(forms.back().Lambda);
  out.trials = crew.trials();
  out.flops = crew.flops();
  out.busiest = crew.busiest();
  out.awaited = crew.awaited();
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

/// Raises the incumbent by these points where one of their mixtures is better. Returns what is given up of the first
/// one alone.
double Repair::raise(std::vector<Form>& forms, TrialCrew& crew) {
  std::vector<DualPoint> points;
  std::vector<Form*> all;
  for (Form& form : forms) {
    points.push_back(form.point);
    all.push_back(&form);
  }
  crew.begin(points, lift_);
  lift_ = crew.lift(forms.back().number);
  climb(kRaised, all, crew);
  const Choice& alone = forms.front().best;
  const double theta = alone.bound > -kInfinity ? 1.0 - alone.share * crew.mixture(alone.trial).form : 1.0;
  for (Form& form : forms) {
    if (!incumbent_.tau.empty() && !stopped()) {
      crew.anchor(form.number, incumbent_.pairs, incumbent_.tau);
      climb(form.number == 0 ? kIncumbent : kIncumbentOfAverage, {&form}, crew);
    }
    if (!(form.best.bound > incumbent_.bound)) continue;
    if (!previous_) previous_ = incumbent_;
    adopt(form, crew);
  }
  return theta;
}

}  // namespace burelu
