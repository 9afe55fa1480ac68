#include "certificate/trials.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <utility>

#include "certificate/dual.hpp"
#include "certificate/space.hpp"
#include "linalg/team.hpp"
#include "linalg/thread_scope.hpp"

namespace burelu {
namespace {

constexpr double kSparseRoom = 1e-8;  // of the diagonal: the sparse proof takes less off at any order
constexpr double kWorthATeam = 2e6;   // flops of a trial

}  // namespace

Trials::Trials(const Presolved& reduced, const TrialOptions& options) : reduced_(reduced), options_(options) {}

void Trials::begin(const std::vector<DualPoint>& forms) {
  forms_.clear();
  forms_.resize(forms.size());
  for (Form& form : forms_) form.slacks.emplace_back(reduced_.X, reduced_.gamma, options_.most_flops);
  Team::current().each(static_cast<std::int64_t>(forms.size()), [&](index_t f) {
    Form& form = forms_[at(f)];
    form.W = *forms[at(f)].W;
    form.slacks[0].set_form(*forms[at(f)].multipliers, *forms[at(f)].tau);
    form.unit = form.slacks[0].mean_diagonal();
  });
}

void Trials::find_lacking(const std::vector<std::int32_t>& forms, double lift) {
  Team::current().each(static_cast<std::int64_t>(forms.size()), [&](index_t k) {
    const ThreadScope one(1);
    Form& form = forms_[at(forms[at(k)])];
    form.lift = lift;
    form.lacking = form.slacks[0].lacking(form.lift);
  });
}

void Trials::anchor(std::int32_t form, const std::vector<Multiplier>& pairs, const std::vector<double>& tau) {
  std::vector<SparseSlack>& slacks = forms_[at(form)].slacks;
  while (slacks.size() > 1) slacks.pop_back();
  slacks[0].set_anchor(pairs, tau);
}

/// With a share of the uniform interior point, shrunk by what a proof will take off the diagonal.
SlackMixture Trials::mixture(const Trial& trial) const {
  const Form& form = forms_[at(trial.form)];
  SlackMixture out;
  out.form = (1.0 - options_.ground) * (1.0 - trial.incumbent);
  out.anchor = (1.0 - options_.ground) * trial.incumbent;
  out.tied.resize(at(reduced_.rows()));
  for (std::size_t k = 0; k < out.tied.size(); ++k)
    out.tied[k] =
        out.form * (form.lacking[k] + std::exp(trial.raised) * form.unit) + options_.ground * options_.uniform;
  const auto order = static_cast<double>(reduced_.rows() + reduced_.features() + 8);
  out.spare = 1.0 - std::min(8.0 * order * order * 0x1p-53, kSparseRoom);
  return out;
}

bool Trials::heavy() const {
  return std::any_of(forms_.begin(), forms_.end(), [](const Form& form) { return form.slacks[0].iterates(); });
}

TrialResult Trials::run_one(const Trial& trial, SparseSlack& slack, const Stop* stop) const {
  const ThreadScope one(1);
  TrialResult out;
  out.flops = slack.flops(LossSpace::most_columns(reduced_));
  out.share = slack.factorise(mixture(trial));
  if (!(out.share > 0.0)) return out;
  const LossSpace space(reduced_, slack, forms_[at(trial.form)].W);
  if (!space.valid()) return out;
  out.Lambda = trial.Lambda;
  const BestDual best =
      best_dual(space.G(), space.Y(), reduced_.gamma, trial.target - reduced_.constant_loss, out.Lambda, stop);
  const double bound = best.value + reduced_.constant_loss;
  if (best.W.data.empty() || !(bound > trial.target)) return out;
  out.bound = bound;
  out.W = space.expand(best.W);
  return out;
}

std::vector<TrialResult> Trials::run(const std::vector<Trial>& trials, const Stop* stop, double grace) {
  std::vector<TrialResult> results(trials.size());
  const double flops = forms_[0].slacks[0].flops(LossSpace::most_columns(reduced_));
  const Team all = heavy() || flops < kWorthATeam ? Team() : Team::current();
  const Team team(std::min({all.size(), kMostThreads, static_cast<int>(trials.size())}));
  const auto parts = at(team.size());
  for (Form& form : forms_) form.slacks.reserve(std::max(parts, form.slacks.capacity()));
  Team(static_cast<int>(std::min(parts, forms_.size()))).each(static_cast<index_t>(forms_.size()), [&](index_t f) {
    std::vector<SparseSlack>& slacks = forms_[at(f)].slacks;
    while (slacks.size() < parts) slacks.push_back(slacks[0]);
  });
  std::atomic<std::size_t> next = 0;
  team.run([&](int part) {
    for (std::size_t i = next++; i < trials.size(); i = next++) {
      const bool first = i == 0 && !std::isfinite(trials[i].target);
      if (!first && due(stop, grace)) continue;
      results[i] = run_one(trials[i], forms_[at(trials[i].form)].slacks[at(part)], stop);
    }
  });
  keep_best(trials, results);
  return results;
}

void keep_best(const std::vector<Trial>& trials, std::vector<TrialResult>& results) {
  std::map<std::int32_t, std::size_t> best;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const auto [place, fresh] = best.try_emplace(trials[i].form, i);
    if (fresh || !(results[i].bound > results[place->second].bound)) continue;
    place->second = i;
  }
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (best[trials[i].form] != i) results[i].W = results[i].Lambda = Matrix();
}

}  // namespace burelu
