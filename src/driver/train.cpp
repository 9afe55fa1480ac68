// train(): the relaxation, then a network against its bound. certify(): somebody's network against the bound.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "certificate/incumbent.hpp"
#include "driver/devices.hpp"
#include "driver/dominant.hpp"
#include "driver/memory_estimate.hpp"
#include "driver/solve_with.hpp"
#include "linalg/clock.hpp"
#include "linalg/memory.hpp"
#include "linalg/stop.hpp"
#include "linalg/thread_scope.hpp"
#include "network/extraction.hpp"
#include "problem/gap.hpp"
#include "relaxation/policy.hpp"

namespace burelu {
namespace {

constexpr double kSolveShare = 0.7;               // of a time limit; the network has the rest
constexpr std::int64_t kInterruptedBudget = 200;  // evaluations for a network after an interrupt ...
constexpr double kInterruptedSeconds = 1.0;       // ... or so many seconds

// The last check, with the best network so far.
Progress network_progress(const Relaxation& relaxation, double seconds, double best) {
  HistoryEntry last{relaxation.evaluations, seconds, relaxation.objective, relaxation.infeasibility,
                    relaxation.lower_bound, 0.0,     relaxation.rank};
  if (!relaxation.history.empty()) last.penalty = relaxation.history.back().penalty;
  Progress p = progress_at(last, "network");
  p.network_objective = best;
  return p;
}

// The better network counts.
void take_network(Training& result, const Problem& problem, Network network) {
  const double value = objective(problem, network);
  if (result.objective <= value) return;
  result.network = std::move(network);
  result.objective = value;
  result.relative_gap = relative_gap(value, result.relaxation.lower_bound);
}

double flops_of(const Relaxation& relaxation, const Problem& problem) {
  policy::Sizes sizes{problem.X.rows, std::min(problem.X.rows, problem.X.cols), problem.Y.cols};
  sizes.rank = relaxation.rank;
  sizes.memory = relaxation.memory;
  return policy::solve_flops(sizes, relaxation.evaluations, relaxation.outer_iterations, relaxation.pairs);
}

void say_what_ended(Relaxation& relaxation, const TrainingBudget& budget, const Stop& stop) {
  if (budget.stop != &stop) return;  // interrupted before
  if (relaxation.status == Status::interrupted || stop.wished()) {
    relaxation.status = Status::interrupted;
    relaxation.message = "interrupted while training the network; the best one so far is returned";
  } else if (stop.due()) {
    relaxation.message += "; training the network ended at the time limit";
  }
}

// Trains the network against the bound of `result`, to where nothing worth winning is left. Where the device fails
// there is none, and the bound is kept.
void add_network(Training& result, const Problem& problem, const TrainOptions& options, const Device& device,
                 const Clock& clock, const Stop& stop) {
  Relaxation& relaxation = result.relaxation;
  TrainingBudget budget;
  const Stop soon(kInterruptedSeconds, {});
  if (relaxation.status == Status::interrupted) {
    budget.max_evaluations = kInterruptedBudget;
    budget.stop = &soon;
  } else {
    budget.stop = &stop;
    budget.solve_flops = flops_of(relaxation, problem);
    budget.keep_going = [&](std::int64_t, double best) {
      const bool close = relative_gap(best, relaxation.lower_bound) <= options.solve.tolerance;
      if (!options.solve.progress || options.solve.progress(network_progress(relaxation, clock.seconds(), best)))
        return !close;
      relaxation.status = Status::interrupted;
      return false;
    };
  }
  const ThreadScope scope(options.solve.threads);
  Network network;
  try {
    network = train_tamed(device, problem, &relaxation.factor, options, budget, result.network_evaluations);
  } catch (const DeviceError& error) {
    relaxation.status = Status::device_failed;
    relaxation.message = std::string(error.what()) + "; the certified bound is reported without a network";
    return;
  }
  say_what_ended(relaxation, budget, stop);
  take_network(result, problem, std::move(network));
}

}  // namespace

Training train_with(const Problem& problem, const TrainOptions& options, const Device& device) {
  if (options.width < 0 || options.starts < 0 || options.polish_iterations < 0)
    throw DataError("width, starts and polish iterations must not be negative; 0 chooses them");
  const Clock clock;
  const Stop stop(options.solve.time_limit, options.solve.stop);
  SolveOptions solve_options = options.solve;
  solve_options.time_limit *= kSolveShare;
  Training result;
  Network found;
  result.relaxation = solve_with(problem, solve_options, device, &found);
  result.objective = result.relative_gap = std::numeric_limits<double>::quiet_NaN();
  result.seconds = result.relaxation.seconds;
  const Clock network_clock;
  if (found.U.rows > 0) take_network(result, problem, std::move(found));
  const Relaxation& relaxation = result.relaxation;
  const bool nothing = relaxation.status == Status::interrupted && std::isnan(relaxation.objective);
  if (nothing && found.U.rows == 0)
    take_network(result, problem, {Matrix(problem.X.cols, 0), Matrix(problem.Y.cols, 0)});
  const bool branched = !std::isnan(result.objective) && std::isnan(relaxation.relaxation_bound);
  if (relaxation.status != Status::device_failed && !branched)
    add_network(result, problem, options, device, clock, stop);
  result.seconds.extract = network_clock.seconds();
  result.seconds.total = clock.seconds();
  return result;
}

Training train(const Problem& problem, const TrainOptions& options) {
  const std::shared_ptr<const Device> device = find_device(options.solve);
  require_memory(device->footprint(training_size(problem, options)), device->free_bytes(), device->name());
  return train_with(problem, options, *device);
}

NetworkCertificate certify(const Problem& problem, const Network& network, const SolveOptions& options) {
  validate(problem);
  NetworkCertificate result;
  result.objective = objective(problem, network);
  if (!std::isfinite(result.objective))
    throw DataError("the objective of the network is not finite; its weights hold NaN, infinity or numbers too large");
  result.balanced_objective = objective(problem, balanced(network));
  result.relaxation = solve(problem, options);
  result.relative_gap =
      relative_gap(std::min(result.objective, result.balanced_objective), result.relaxation.lower_bound);
  return result;
}

}  // namespace burelu
