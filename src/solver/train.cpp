// train(): the relaxation, then a network against its bound. certify(): somebody's network against the bound.
#include <algorithm>
#include <cmath>

#include "backend/factory.hpp"
#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "solver/clock.hpp"
#include "solver/extraction.hpp"
#include "solver/thread_scope.hpp"

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

}  // namespace

Training train(const Problem& problem, const TrainOptions& options) {
  if (options.width < 0 || options.starts < 0 || options.polish_iterations < 0)
    throw DataError("width, starts and polish iterations must not be negative; 0 chooses them");
  const Clock clock;
  const std::string& device = options.solve.device;
  const TrainingSize size{problem.X.rows, problem.X.cols, problem.Y.cols,
                          most_neurons(problem.X.rows, problem.Y.cols, options)};
  require_memory(device_training_bytes(device, size), device_free_bytes(device), device_name(device));
  SolveOptions solve_options = options.solve;
  solve_options.time_limit *= kSolveShare;
  Training result;
  result.relaxation = solve(problem, solve_options);
  Relaxation& relaxation = result.relaxation;

  const Clock network_clock;
  TrainingBudget budget;
  budget.backend = training_factory(options.solve.device);
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
  const ThreadScope scope(resolve_threads(options.solve.threads));
  result.network = train_network(problem, &relaxation.factor, options, budget, result.network_evaluations);
  result.objective = objective(problem, result.network);
  result.relative_gap = relative_gap(result.objective, relaxation.lower_bound);
  result.seconds = relaxation.seconds;
  result.seconds.extract = network_clock.seconds();
  result.seconds.total = clock.seconds();
  return result;
}

NetworkCertificate certify(const Problem& problem, const Network& network, const SolveOptions& options) {
  NetworkCertificate result;
  result.objective = objective(problem, network);
  result.balanced_objective = objective(problem, balanced(network));
  result.relaxation = solve(problem, options);
  result.relative_gap =
      relative_gap(std::min(result.objective, result.balanced_objective), result.relaxation.lower_bound);
  return result;
}

}  // namespace burelu
