// solve(): validation, presolve, backend, outer loop, and the way back to the data as given.
#include "burelu/solve.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "burelu/errors.hpp"
#include "driver/branching.hpp"
#include "driver/continuation.hpp"
#include "driver/devices.hpp"
#include "driver/dominant.hpp"
#include "driver/memory_estimate.hpp"
#include "driver/relaxed.hpp"
#include "driver/solve_with.hpp"
#include "driver/target_scale.hpp"
#include "linalg/memory.hpp"
#include "linalg/stop.hpp"
#include "linalg/thread_scope.hpp"
#include "relaxation/zero.hpp"

namespace burelu {
namespace {

void check_options(const SolveOptions& options) {
  if (!(options.tolerance > 0.0) || !std::isfinite(options.tolerance))
    throw DataError("tolerance must be a positive number");
  if (options.rank < 0) throw DataError("rank must be positive, or 0 to choose it");
  if (options.max_evaluations < 0) throw DataError("max_evaluations must not be negative");
  if (!(options.time_limit >= 0.0)) throw DataError("time_limit must not be negative");
  if (!(options.checkpoint_interval >= 0.0)) throw DataError("checkpoint_interval must not be negative");
  if (options.threads < 0) throw DataError("threads must not be negative");
}

// Where the zero network seems to be optimal the relaxation may prove it at once, and branch and bound takes as many
// cells as for any network. Nothing where little work does not settle it.
std::optional<Relaxation> if_zero(const Problem& problem, const Presolved& reduced, const SolveOptions& options,
                                  const Device& device, int threads, const Stop& stop) {
  if (options.bound != BoundMethod::automatic || reduced.gamma < zero_threshold(reduced, options.seed))
    return std::nullopt;
  SolveOptions little = options;
  little.max_evaluations = evaluations_before_branching(reduced);
  Relaxation result = relaxed(problem, reduced, little, {device, threads, stop}, nullptr);
  if (result.status == Status::evaluation_limit || result.status == Status::stalled) return std::nullopt;
  return result;
}

// There is no relaxation yet: nothing is known but the loss without a network.
Relaxation ended_in_presolve(const Problem& problem, const Device& device, int threads, double seconds,
                             const Stop& stop) {
  Relaxation result;
  result.status = stop.wished() ? Status::interrupted : Status::time_limit;
  result.message = result.status == Status::interrupted ? "interrupted during presolve: nothing is proven yet"
                                                        : "the time limit was reached during presolve: nothing is "
                                                          "proven yet";
  const double none = std::numeric_limits<double>::quiet_NaN();
  result.objective = result.infeasibility = result.lower_bound = result.relative_gap = none;
  result.relaxation_bound = result.branch_bound = none;
  result.factor = {Matrix(0, 0), Matrix(problem.X.cols, 0), Matrix(problem.Y.cols, 0)};
  result.seconds.presolve = result.seconds.total = seconds;
  result.device = device.name();
  result.threads = threads;
  return result;
}

Relaxation solve_scaled(const Problem& problem, const SolveOptions& options, const Device& device, Network* network,
                        Continuation* chain) {
  const Clock clock;
  const Stop stop(options.time_limit, options.stop);
  const ThreadScope scope(options.threads);
  const int threads = scope.threads();
  require_memory(presolve_bytes(problem), available_bytes(), "this machine", memory_advice(problem.X));
  const Presolved reduced = presolve(problem, &stop);
  const double presolve_seconds = clock.seconds();
  if (!reduced.complete) return ended_in_presolve(problem, device, threads, presolve_seconds, stop);
  std::optional<Branching> found;
  std::optional<Relaxation> zero;
  if (!trivial(reduced) && branches(reduced, options)) {
    zero = if_zero(problem, reduced, options, device, threads, stop);
    if (!zero)
      found = branch(device, problem, reduced, options, clock, stop, chain != nullptr ? &chain->network : nullptr);
  }
  Relaxation result;
  const bool ended = found && (found->status == Status::solved || found->status == Status::interrupted ||
                               found->status == Status::device_failed);
  const bool enough = chain != nullptr && found && !found->optimum.certificate.empty();
  if (zero) {
    result = std::move(*zero);
  } else if (ended || enough || (found && options.bound == BoundMethod::branch)) {
    result = branched_result(reduced, *found);
  } else {
    try {
      result = relaxed(problem, reduced, options, {device, threads, stop}, chain);
      if (found) take_bound(result, *found);
    } catch (const MemoryError&) {
      if (!found) throw;
      result = branched_result(reduced, *found);
    }
  }
  if (found) {
    result.seconds.solve += found->seconds;
    if (network != nullptr) *network = found->optimum.network;
  }
  if (chain != nullptr && !result.certificate.empty()) chain->certificate = result.certificate;
  result.factor = restore(reduced, std::move(result.factor));
  result.presolve = reduced.summary;
  result.seconds.presolve = presolve_seconds;
  result.seconds.total = clock.seconds();
  result.device = device.name();
  result.threads = threads;
  return result;
}

Relaxation solve_any(const Problem& problem, const SolveOptions& options, const Device& device, Network* network,
                     Continuation* chain) {
  validate(problem);
  check_options(options);
  const double t = target_scale(problem.Y);
  if (t == 1.0) return solve_scaled(problem, options, device, network, chain);
  const Matrix Y = divided(problem.Y, t);
  SolveOptions inside = options;
  inside.progress = scaled_progress(options.progress, t);
  Relaxation result = solve_scaled({problem.X, Y, problem.gamma / t}, inside, device, network, chain);
  scale_result(result, problem, t);
  if (network != nullptr) scale_network(*network, t);
  return result;
}

}  // namespace

Relaxation solve_with(const Problem& problem, const SolveOptions& options, const Device& device, Network* network) {
  validate(problem);
  check_options(options);
  const auto solver = [&device](const Problem& data, const SolveOptions& how, Network* found) {
    return solve_any(data, how, device, found, nullptr);
  };
  if (const auto dominance = dominant_feature(problem))
    if (auto result = solve_tamed(problem, *dominance, options, solver, network)) return std::move(*result);
  return solver(problem, options, network);
}

Relaxation solve_from(const Problem& problem, const SolveOptions& options, const Device& device, Network* network,
                      Continuation& chain) {
  validate(problem);
  check_options(options);
  const auto dominance = dominant_feature(problem);
  if (dominance != chain.dominance) {  // it may depend on gamma
    chain.relaxation = {};
    chain.certificate = {};
  }
  chain.dominance = dominance;
  if (!dominance) return solve_any(problem, options, device, network, &chain);
  chain.certificate = {};  // of the data given, where it was read from a journal
  chain.objective = std::numeric_limits<double>::infinity();
  const Network given = chain.network;
  multiply_row(chain.network.U, *dominance, -1);
  const auto solver = [&](const Problem& data, const SolveOptions& how, Network* found) {
    return solve_any(data, how, device, found, &chain);
  };
  auto result = solve_tamed(problem, *dominance, options, solver, network);
  chain.network = given;
  if (result) return std::move(*result);
  chain.dominance.reset();  // taming underflows
  return solve_any(problem, options, device, network, &chain);
}

Relaxation solve(const Problem& problem, const SolveOptions& options) {
  return solve_with(problem, options, *find_device(options));
}

const char* to_string(Status status) {
  switch (status) {
    case Status::solved:
      return "solved";
    case Status::evaluation_limit:
      return "evaluation_limit";
    case Status::time_limit:
      return "time_limit";
    case Status::interrupted:
      return "interrupted";
    case Status::device_failed:
      return "device_failed";
    case Status::stalled:
      return "stalled";
  }
  return "unknown";
}

}  // namespace burelu
