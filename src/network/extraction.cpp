#include "network/extraction.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/team.hpp"
#include "network/extraction_neurons.hpp"
#include "network/extraction_starts.hpp"
#include "network/few_features.hpp"
#include "network/schedule.hpp"

namespace burelu {
namespace {

constexpr double kJoinSmoothing = 0.03;  // a network that is already good is rounded less
constexpr double kRounding = 1e-14;      // of the objective: neurons that gain less than that are none

std::uint64_t mixed(std::uint64_t seed, std::uint64_t stream) {  // splitmix64
  std::uint64_t z = seed * 0x9E3779B97F4A7C15ULL + (stream + 1) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

class Trainer {
 public:
  /// `start`: what it goes on from, without neurons where there is nothing.
  Trainer(const Device& device, const TrainingProblem& problem, const Factor* factor, Network start,
          const Schedule& plan, std::uint64_t seed, Watch& watch)
      : device_(device),
        problem_(problem),
        factor_(factor),
        start_(std::move(start)),
        plan_(plan),
        seed_(seed),
        watch_(watch) {
    best_.network = {Matrix(problem.features(), 0), Matrix(problem.outputs(), 0)};
    best_.objective = training_objective(problem, best_.network);
    watch.set_best(best_.objective);
  }

  Network run() {
    if (start_.width() > 0)
      go_on();
    else
      polish_starts();
    while (!finished()) improve();
    return best_.network;
  }

 private:
  using Job = std::function<Polished()>;

  Polished polished(const Network& start, OutputWeights output, double smoothing) {
    TrainingOptions options;
    options.threads = plan_.side_by_side ? 1 : Team::current().size();
    const auto backend = device_.training(problem_, options);
    return polish(*backend, problem_, start, {output, smoothing, plan_.passes}, watch_);
  }

  // Gauss and random starts took turns at being the best; every other pair leaves the output weights free, which finds
  // other minima (randomised_00: 8.9069 eliminated only, 8.9025 mixed, equal work).
  Polished fresh_start(std::uint64_t index, index_t width) {
    static constexpr StartKind kKinds[] = {StartKind::gauss, StartKind::random, StartKind::random, StartKind::gauss,
                                           StartKind::columns};
    const StartKind kind = kKinds[index % std::size(kKinds)];
    const Network start = starting_network(kind, problem_, factor_, width, mixed(seed_, index));
    const auto output = index % 2 == 0 ? OutputWeights::eliminated : OutputWeights::free;
    return polished(largest_neurons(start, plan_.width), output, 0.3);
  }

  // In order of the jobs, whatever the order they ran in. Inside a parallel region BLAS runs on one thread, so even a
  // single small job belongs here: two threads on products this small only wait for each other.
  std::vector<Polished> run_all(const std::vector<Job>& jobs) {
    std::vector<Polished> results(jobs.size());
    const auto count = static_cast<index_t>(jobs.size());
    (plan_.side_by_side ? Team::current() : Team()).each(count, [&](index_t i) {
      const auto k = static_cast<std::size_t>(i);
      results[k] = jobs[k]();
    });
    return results;
  }

  void consider(const Polished& candidate) {
    const double none = best_.network.width() == 0 ? kRounding : 0.0;
    if (!(candidate.objective < best_.objective * (1.0 - none))) return;
    best_ = candidate;
    watch_.set_best(best_.objective);
    const Network merged = merged_duplicates(candidate.network);
    if (merged.width() == candidate.network.width()) return;
    const double value = training_objective(problem_, merged);
    if (value <= best_.objective) best_ = {merged, value};
  }

  bool spent() const {
    return watch_.stopped() || watch_.evaluations() >= plan_.most.evaluations || watch_.flops() >= plan_.most.flops;
  }
  bool finished() const { return spent() || plan_.hopeless(idle_rounds_, idle_flops_); }

  void go_on() {
    const Network start = largest_neurons(start_, plan_.width);
    consider(run_all({[&] { return polished(start, OutputWeights::eliminated, kJoinSmoothing); }}).front());
    watch_.ask();
  }

  void polish_starts() {
    std::vector<Job> jobs;
    for (int i = 0; i < plan_.starts; ++i)
      jobs.emplace_back([this, i] { return fresh_start(static_cast<std::uint64_t>(i), plan_.start_width); });
    const std::vector<Polished> results = run_all(jobs);
    Network all = results.front().network;
    for (std::size_t i = 1; i < results.size(); ++i)
      all = joined(all, results[i].network, 1.0 / static_cast<double>(i + 1));
    for (const Polished& result : results) consider(result);
    watch_.ask();
    if (results.size() < 2 || spent()) return;
    const Network start = largest_neurons(all, plan_.width);
    consider(run_all({[&] { return polished(start, OutputWeights::eliminated, kJoinSmoothing); }}).front());
  }

  Polished with_missing_neurons(double smoothing) {
    const Network base = largest_neurons(best_.network, plan_.width - plan_.added);
    const Missing missing = missing_neurons(problem_, base, plan_.added, mixed(seed_, 1000 + round_), &watch_);
    watch_.add(kSearchEvaluations, kSearchEvaluations * training_flops(problem_, plan_.added, OutputWeights::free));
    if (missing.neurons.width() == 0) return best_;
    return polished(joined(base, missing.neurons), OutputWeights::eliminated, smoothing);
  }

  Polished with_fresh_start(double smoothing) {
    const Network base = largest_neurons(best_.network, plan_.width - plan_.added);
    const Polished fresh = fresh_start(100 + round_, plan_.added);
    return polished(joined(base, fresh.network, 0.5), OutputWeights::eliminated, smoothing);
  }

  // Where every neuron counts (nearly interpolated data), dropping some to make room loses: the same ones again.
  Polished once_more(double smoothing) { return polished(best_.network, OutputWeights::eliminated, smoothing); }

  // One round: where they run side by side both start from the same best network, else the second from the first's.
  void improve() {
    const double before = best_.objective;
    const double flops_before = watch_.flops();
    const double smoothing = round_ % 3 == 1 ? 0.1 * kJoinSmoothing : kJoinSmoothing;
    const std::vector<Job> jobs = {
        [this, smoothing] { return with_missing_neurons(smoothing); },
        [this, smoothing] { return idle_rounds_ % 2 == 1 ? once_more(smoothing) : with_fresh_start(smoothing); }};
    if (plan_.side_by_side) {
      for (const Polished& result : run_all(jobs)) consider(result);
    } else {
      for (const Job& job : jobs)
        if (!spent()) consider(job());
    }
    round_ += 1;
    const double flops = watch_.flops() - flops_before;
    const bool idle = !(before - best_.objective > plan_.idle_gain(flops) * before);
    idle_rounds_ = idle ? idle_rounds_ + 1 : 0;
    idle_flops_ = idle ? idle_flops_ + flops : 0.0;
    watch_.ask();
  }

  const Device& device_;
  const TrainingProblem& problem_;
  const Factor* factor_;
  const Network start_;
  const Schedule& plan_;
  std::uint64_t seed_;
  Watch& watch_;
  Polished best_;
  std::uint64_t round_ = 0;
  int idle_rounds_ = 0;  // in a row
  double idle_flops_ = 0.0;
};

bool zero(const MatrixView& M) {
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j)
      if (M(i, j) != 0.0) return false;
  return true;
}

void scale(Matrix& M, double factor) {
  for (double& value : M.data) value *= factor;
}

Network trained(const Device& device, const Problem& problem, const Factor* factor, const TrainOptions& options,
                const TrainingBudget& budget, std::int64_t& evaluations) {
  const NormalisedProblem normalised = normalise(problem);
  const double to_normalised = std::sqrt(normalised.x_scale / normalised.y_scale);
  Factor scaled;
  if (factor != nullptr) {
    scaled = *factor;
    scale(scaled.A, 1.0 / std::sqrt(normalised.x_scale * normalised.y_scale));
    scale(scaled.U, to_normalised);
    scale(scaled.V, to_normalised);
  }
  const double unit = normalised.y_scale * normalised.y_scale;
  Watch watch([&](std::int64_t count,
                  double value) { return !budget.keep_going || budget.keep_going(evaluations + count, value * unit); },
              budget.stop);
  const Schedule plan = schedule(device, normalised.problem, options, budget.max_evaluations, budget.solve_flops);
  Network start;
  if (budget.start != nullptr && budget.start->U.rows == problem.X.cols) {
    start = *budget.start;
    scale(start.U, to_normalised);
    scale(start.V, to_normalised);
  }
  Trainer trainer(device, normalised.problem, factor != nullptr ? &scaled : nullptr, std::move(start), plan,
                  options.solve.seed, watch);
  Network network = trainer.run();
  evaluations += watch.evaluations();
  scale(network.U, 1.0 / to_normalised);
  scale(network.V, 1.0 / to_normalised);
  return balanced(network);
}

}  // namespace

Network train_network(const Device& device, const Problem& problem, const Factor* factor, const TrainOptions& options,
                      const TrainingBudget& budget, std::int64_t& evaluations) {
  if (zero(problem.X) || zero(problem.Y) || due(budget.stop))
    return {Matrix(problem.X.cols, 0), Matrix(problem.Y.cols, 0)};
  const FewFeatures few(problem.X);
  if (!few.reduces()) return trained(device, problem, factor, options, budget, evaluations);
  const Problem reduced{few.X(), problem.Y, problem.gamma};
  Factor restricted;
  if (factor != nullptr) restricted = {factor->A, few.restricted(factor->U), factor->V};
  TrainingBudget inside = budget;
  Network start;
  if (budget.start != nullptr && budget.start->U.rows == problem.X.cols) {
    start = {few.restricted(budget.start->U), budget.start->V};
    inside.start = &start;
  }
  Network network = trained(device, reduced, factor != nullptr ? &restricted : nullptr, options, inside, evaluations);
  network.U = few.restored(network.U);
  return network;
}

}  // namespace burelu
