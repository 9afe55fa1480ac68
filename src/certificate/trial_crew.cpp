#include "certificate/trial_crew.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "certificate/trial_messages.hpp"
#include "ranks/lead.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// Forms whose lack rank k finds.
std::vector<std::int32_t> forms_of(std::size_t rank, std::size_t ranks, std::size_t forms) {
  std::vector<std::int32_t> out;
  for (std::size_t f = rank; f < forms; f += ranks) out.push_back(static_cast<std::int32_t>(f));
  return out;
}

}  // namespace

TrialCrew::TrialCrew(const Presolved& reduced, const TrialOptions& options, Lead* lead)
    : reduced_(reduced),
      options_(options),
      lead_(lead != nullptr && lead->leads() && reduced.rows() >= kFewestRowsToShare ? lead : nullptr),
      own_(reduced, options) {}

/// What is still to be said, which is then said.
std::string TrialCrew::told() { return std::exchange(unsaid_, {}).bytes(); }

void TrialCrew::begin(const std::vector<DualPoint>& forms, double lift) {
  const auto ranks = lead_ == nullptr ? 1 : at(lead_->size());
  const auto find_own = [&](const std::string&) {
    own_.begin(forms);
    own_.find_lacking(forms_of(0, ranks, forms.size()), lift);
    return std::string();
  };
  if (lead_ == nullptr) {
    find_own({});
    return;
  }
  Presolved problem;
  problem.X = reduced_.X;
  problem.Y = reduced_.Y;
  problem.gamma = reduced_.gamma;
  problem.constant_loss = reduced_.constant_loss;
  problem.negative = reduced_.negative;
  problem.negative_scale = reduced_.negative_scale;
  std::vector<FormData> data;
  for (const DualPoint& form : forms) data.push_back({*form.multipliers, *form.tau, *form.W});
  say(unsaid_, Ask::begin);
  exchange(unsaid_, problem);
  unsaid_.value(options_);
  exchange_all(unsaid_, data);
  std::vector<std::string> requests(ranks);
  for (std::size_t k = 0; k < ranks; ++k) {
    std::vector<std::int32_t> wanted = forms_of(k, ranks, forms.size());
    BytesWriter out;
    say(out, Ask::find);
    out.list(wanted);
    out.value(lift);
    requests[k] = out.bytes();
  }
  const std::vector<std::string> answers = lead_->work(kTrialJob, requests, find_own, told());
  say(unsaid_, Ask::lacking);
  for (std::size_t f = 0; f < forms.size(); ++f) {
    const auto form = static_cast<std::int32_t>(f);
    if (f % ranks != 0) {
      BytesReader in(answers[f % ranks]);
      for (std::size_t before = f % ranks; before <= f; before += ranks) {
        in.list(own_.lacking(form));
        in.value(own_.lift(form));
      }
    }
    unsaid_.list(own_.lacking(form));
  }
}

void TrialCrew::anchor(std::int32_t form, const std::vector<Multiplier>& pairs, const std::vector<double>& tau) {
  own_.anchor(form, pairs, tau);
  if (lead_ == nullptr) return;
  FormData data{pairs, tau, {}};
  say(unsaid_, Ask::anchor);
  unsaid_.value(form);
  exchange(unsaid_, data);
}

void TrialCrew::count(const std::vector<TrialResult>& results, std::size_t first_rank, std::size_t ranks) {
  std::vector<double> of_rank(ranks, 0.0);
  for (std::size_t i = 0; i < results.size(); ++i) of_rank[(first_rank + i) % ranks] += results[i].flops;
  for (const TrialResult& result : results) {
    trials_ += result.flops > 0.0 ? 1 : 0;
    flops_ += result.flops;
  }
  awaited_ += *std::max_element(of_rank.begin(), of_rank.end());
  of_rank_.resize(std::max(of_rank_.size(), ranks), 0.0);
  for (std::size_t k = 0; k < ranks; ++k) of_rank_[k] += of_rank[k];
}

double TrialCrew::busiest() const {
  return of_rank_.empty() ? 0.0 : *std::max_element(of_rank_.begin(), of_rank_.end());
}

std::vector<TrialResult> TrialCrew::run(const std::vector<Trial>& trials, const Stop* stop, double grace) {
  const std::size_t ranks = lead_ == nullptr ? 1 : at(lead_->size());
  if (ranks == 1 || due(stop, grace)) {
    std::vector<TrialResult> results = own_.run(trials, stop, grace);
    count(results, 0, 1);
    return results;
  }
  // Others cannot be stopped: where trials are long, one for each at a time.
  const std::size_t most = own_.heavy() ? ranks : trials.size();
  std::vector<TrialResult> results(trials.size());
  for (std::size_t first = 0; first < trials.size() && !(first > 0 && due(stop, grace)); first += most) {
    const std::size_t end = std::min(first + most, trials.size());
    std::vector<TrialResult> part = spread(
        {trials.begin() + static_cast<std::ptrdiff_t>(first), trials.begin() + static_cast<std::ptrdiff_t>(end)});
    std::move(part.begin(), part.end(), results.begin() + static_cast<std::ptrdiff_t>(first));
  }
  keep_best(trials, results);
  return results;
}

/// Trial i to the rank after that of trial i - 1, in this round and from round to round.
std::vector<TrialResult> TrialCrew::spread(const std::vector<Trial>& trials) {
  const std::size_t ranks = at(lead_->size());
  std::vector<std::vector<Trial>> dealt(ranks);
  for (std::size_t i = 0; i < trials.size(); ++i) dealt[(next_rank_ + i) % ranks].push_back(trials[i]);
  std::vector<std::string> requests;
  for (std::vector<Trial>& some : dealt) {
    BytesWriter out;
    say(out, Ask::run);
    exchange_all(out, some);
    requests.push_back(out.bytes());
  }
  std::vector<std::vector<TrialResult>> found(ranks);
  const auto run_own = [&](const std::string&) {
    if (!dealt[0].empty()) found[0] = own_.run(dealt[0]);
    return std::string();
  };
  const std::vector<std::string> answers = lead_->work(kTrialJob, requests, run_own, told());
  for (std::size_t k = 1; k < ranks; ++k) {
    BytesReader in(answers[k]);
    exchange_all(in, found[k]);
  }
  std::vector<TrialResult> results;
  std::vector<std::size_t> taken(ranks, 0);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::size_t k = (next_rank_ + i) % ranks;
    results.push_back(std::move(found[k].at(taken[k]++)));
  }
  count(results, next_rank_, ranks);
  next_rank_ = (next_rank_ + trials.size()) % ranks;
  return results;
}

void TrialCrew::end() {
  if (lead_ == nullptr) return;
  unsaid_ = {};
  say(unsaid_, Ask::end);
  const std::vector<std::string> nothing(at(lead_->size()));
  lead_->work(
      kTrialJob, nothing, [](const std::string&) { return std::string(); }, told());
}

}  // namespace burelu
