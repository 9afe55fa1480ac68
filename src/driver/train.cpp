// train(): the relaxation, then a network against its bound. certify(): somebody's network against the bound.
#include <algorithm>
#include <cmath>
#include <limits>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "driver/devices.hpp"
#include "driver/memory_estimate.hpp"
#include "driver/solve_with.hpp"
#include "linalg/clock.hpp"
#include "linalg/memory.hpp"
#include "linalg/thread_scope.hpp"
#include "network/extraction.hpp"

namespace burelu {
namespace {

constexpr double kSolveShare = 0.7;               // of a time limit; the network has the rest
constexpr std::int64_t kInterruptedBudget = 200;  // evaluations for a network after an interrupt

double relative_gap(double objective, double bound) {
  if (std::isnan(bound)) return bound;
  return objective == bound ? 0.0 : (objective - bound) / std::fabs(objective);
}

Progress network_progress(const Relaxation& relaxation, double seconds, double best) {
  Progress p;
  p.evaluations = relaxation.evaluations;
  p.seconds = seconds;
  p.objective = relaxation.objective;
  p.infeasibility = relaxation.infeasibility;
  p.lower_bound = relaxation.lower_bound;
  p.penalty = relaxation.history.empty() ? 0.0 : relaxation.history.back().penalty;
  p.rank = relaxation.rank;
  p.network_objective = best;
  p.phase = "network";
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

// Trains the network against the bound of `result`. Where the device fails there is none, and the bound is kept.
void add_network(Training& result, const Problem& problem, const TrainOptions& options, const Device& device,
                 const Clock& clock) {
  Relaxation& relaxation = result.relaxation;
  TrainingBudget budget;
  if (relaxation.status == Status::interrupted) {
    budget.max_evaluations = kInterruptedBudget;
  } else {
    budget.keep_going = [&](std::int64_t, double best) {
      if (options.solve.time_limit > 0.0 && clock.seconds() > options.solve.time_limit) {
        relaxation.message += "; training the network ended at the time limit";
        return false;
      }
      if (!options.solve.progress || options.solve.progress(network_progress(relaxation, clock.seconds(), best)))
        return true;
      relaxation.status = Status::interrupted;
      relaxation.message = "interrupted while training the network; the best one so far is returned";
      return false;
    };
  }
  const ThreadScope scope(options.solve.threads);
  Network network;
  try {
    network = train_network(device, problem, &relaxation.factor, options, budget, result.network_evaluations);
  } catch (const DeviceError& error) {
    relaxation.status = Status::device_failed;
    relaxation.message = std::string(error.what()) + "; the certified bound is reported without a network";
    return;
  }
  take_network(result, problem, std::move(network));
}

}  // namespace

Training train_with(const Problem& problem, const TrainOptions& options, const Device& device) {
  if (options.width < 0 || options.starts < 0 || options.polish_iterations < 0)
    throw DataError("width, starts and polish iterations must not be negative; 0 chooses them");
  const Clock clock;
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
  const bool branched = !std::isnan(result.objective) && std::isnan(relaxation.relaxation_bound);
  if (relaxation.status != Status::device_failed && !branched) add_network(result, problem, options, device, clock);
  result.seconds.extract = network_clock.seconds();
  result.seconds.total = clock.seconds();
  return result;
}

Training train(const Problem& problem, const TrainOptions& options) {
  const std::shared_ptr<const Device> device = find_device(options.solve.device);
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
