// Gradient descent with momentum in the accuracy study.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "burelu/errors.hpp"
#include "linalg/clock.hpp"
#include "linalg/thread_scope.hpp"
#include "study/accuracy_methods.hpp"
#include "study/accuracy_record.hpp"
#include "study/momentum_descent.hpp"
#include "study/selection.hpp"

namespace burelu::study {
namespace {

constexpr int kVisits = 100;  // epochs at which a network may be chosen

class MomentumStudy {
 public:
  MomentumStudy(const AccuracyTask& task, const AccuracyOptions& options) : task_(task), options_(options) {}

  // The paper's: rate and start by training objective, epoch and threshold by the test rows.
  Record paper() {
    const Clock clock;
    std::vector<Run> runs;
    for (const double rate : options_.momentum_rates) runs.push_back(run_on(task_.data.train, rate, options_.seed));
    const Run* best = lowest(runs);
    const double rate = best->rate;
    for (int start = 1; start < options_.momentum_starts; ++start)
      runs.push_back(run_on(task_.data.train, rate, options_.seed + static_cast<std::uint64_t>(start)));
    best = lowest(runs);
    ThresholdSelection selection(task_.data.test);
    repeat(*best, [&](int epoch, const Network& network) { selection.consider(epoch, network); });
    return paper_record(task_, method_run(best->rate, selection.iterate(), selection.network(), clock),
                        outputs_of(selection.network(), task_.data));
  }

  // Rate and epoch by cross-validation, one start each.
  Record honest() {
    const Clock clock;
    const std::vector<Split> parts = folds(task_.data.train, options_.parts, options_.seed);
    ValidationCurve::Best best;
    double best_rate = 0.0;
    for (const double rate : options_.momentum_rates) {
      ValidationCurve curve;
      for (const Split& part : parts) {
        const auto visit = [&](int epoch, const Network& network) { curve.add(epoch, network, part.test); };
        run_on(part.train, rate, options_.seed, visit);
      }
      const auto candidate = curve.best(options_.parts);
      if (best_rate > 0.0 && !candidate.better_than(best)) continue;
      best = candidate;
      best_rate = rate;
    }
    Network chosen;
    const auto keep = [&](int epoch, const Network& network) {
      if (epoch == best.iterate) chosen = network;
    };
    run_on(task_.data.train, best_rate, options_.seed, keep);
    if (chosen.width() == 0) throw DataError("gradient descent diverged at every learning rate; add smaller rates");
    return honest_record(task_, method_run(best_rate, best.iterate, chosen, clock), outputs_of(chosen, task_.data));
  }

 private:
  struct Run {
    double rate = 0.0;
    std::uint64_t seed = 0;
    double objective = 0.0;
  };

  // Descends again rather than keeping the networks of all runs: it is deterministic, and they are 100 each.
  template <class Visit>
  void repeat(const Run& run, const Visit& visit) const {
    run_on(task_.data.train, run.rate, run.seed, visit);
  }

  Run run_on(const LabelledRows& rows, double rate, std::uint64_t seed, const EpochVisitor& visit = {}) const {
    const Problem problem = rows.problem(task_.gamma);
    const Network start = uniform_network(rows.X.cols, rows.Y.cols, options_.momentum_width, seed);
    MomentumOptions descent;
    descent.learning_rate = rate / curvature(problem, start);
    descent.epochs = options_.momentum_epochs;
    descent.visit_every = std::max(1, options_.momentum_epochs / kVisits);
    const auto ask_and_visit = [&](int epoch, const Network& network) {
      stop_if_asked(options_);
      if (visit) visit(epoch, network);
    };
    return {rate, seed, descend_with_momentum(problem, start, descent, ask_and_visit).objective};
  }

  static const Run* lowest(const std::vector<Run>& runs) {
    const auto less = [](const Run& a, const Run& b) { return a.objective < b.objective; };
    const auto best = std::min_element(runs.begin(), runs.end(), less);
    if (!std::isfinite(best->objective))
      throw DataError("gradient descent diverged at every learning rate; add smaller rates");
    return &*best;
  }

  MethodRun method_run(double rate, int epoch, const Network& network, const Clock& clock) const {
    MethodRun run;
    run.method = fmt::format("SGD, {} neurons", options_.momentum_width);
    run.setting = fmt::format("rate {} / curvature", rate);
    run.iterate = epoch;
    run.objective = objective(task_.data.train.problem(task_.gamma), network);
    run.seconds = clock.seconds();
    return run;
  }

  const AccuracyTask& task_;
  const AccuracyOptions& options_;
};

}  // namespace

std::vector<Record> momentum_records(const AccuracyTask& task, const AccuracyOptions& options) {
  const ThreadScope scope(product_threads(task, options));
  MomentumStudy study(task, options);
  return {study.paper(), study.honest()};
}

}  // namespace burelu::study
