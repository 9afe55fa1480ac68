// solve(): validation, presolve, backend, outer loop, and the way back to the data as given.
#include "burelu/solve.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "burelu/errors.hpp"
#include "driver/branching.hpp"
#include "driver/devices.hpp"
#include "driver/memory_estimate.hpp"
#include "driver/solve_with.hpp"
#include "interior/tighten.hpp"
#include "linalg/memory.hpp"
#include "linalg/thread_scope.hpp"
#include "relaxation/outer_loop.hpp"

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
  if (options.cuts < kAutomatic) throw DataError("cuts must not be negative, or kAutomatic to choose them");
  if (options.cut_rounds < 0) throw DataError("cut_rounds must be positive, or 0 to choose them");
}

constexpr std::int64_t kBeforeCuts = 6000;  // evaluations: the bound without cuts is a start, not the aim

// Where no row, or no target, is left the zero network is optimal: W = -Y proves it.
bool trivial(const Presolved& reduced) {
  double largest = 0.0;
  for (const double y : reduced.Y.data) largest = std::fmax(largest, std::fabs(y));
  return reduced.rows() == 0 || largest == 0.0;
}

Relaxation zero_network(const Presolved& reduced, Certifier& certifier) {
  Relaxation result;
  const std::vector<Multiplier> none;
  const std::vector<double> tau(static_cast<std::size_t>(reduced.rows()), 0.0);
  const Matrix W(reduced.Y.rows, reduced.Y.cols);
  Proposal proposal = certifier.propose({&none, &tau, &W});
  result.lower_bound = result.bound_without_cuts = std::numeric_limits<double>::quiet_NaN();
  if (auto proof = certifier.prove(proposal)) {
    result.lower_bound = proof->lower_bound;
    result.certificate = std::move(*proof);
  }
  result.objective = reduced.constant_loss;
  result.relative_gap = result.objective > 0.0 ? (result.objective - result.lower_bound) / result.objective : 0.0;
  result.factor = {Matrix(reduced.rows(), 0), Matrix(reduced.features(), 0), Matrix(reduced.outputs(), 0)};
  result.status = Status::solved;
  result.message = "no sample with a nonzero row has a nonzero target: the zero network is optimal";
  return result;
}

// The relaxation alone, in presolved coordinates.
Relaxation relaxed(const Problem& problem, const Presolved& reduced, const SolveOptions& options, const Device& device,
                   int threads, const Clock& clock) {
  BackendOptions backend_options;
  backend_options.threads = threads;
  backend_options.multipliers_float = options.multipliers_float;
  const SolveSize size = solve_size(reduced, options, backend_options);
  backend_options.rank = size.rank;
  require_memory(solve_host_bytes(size, device), available_bytes(), "this machine", memory_advice(size, device));
  Certifier certifier(problem, reduced, device);
  Relaxation result;
  if (trivial(reduced)) {
    result = zero_network(reduced, certifier);
  } else {
    const BackendMaker make = [&](const RelaxationData& data, double sigma) {
      BackendOptions with_penalty = backend_options;
      if (sigma > 0.0) with_penalty.sigma = sigma;
      if (data.cuts.count() > 0 && device.is_host()) require_cut_memory(size, data.cuts.count(), device);
      return device.relaxation(data, with_penalty);
    };
    const CheckpointKey key{data_hash(problem), options.rank, options.seed,      threads,
                            device.name(),      options.cuts, options.cut_rounds};
    const bool tight = tightens(reduced, options);
    SolveOptions first = options;
    if (tight && (first.max_evaluations == 0 || first.max_evaluations > kBeforeCuts))
      first.max_evaluations = kBeforeCuts;
    OuterLoop loop(make, certifier, reduced, first, key);
    result = loop.run();
    if (first.max_evaluations != options.max_evaluations && result.status == Status::evaluation_limit) {
      result.status = Status::stalled;
      result.message = std::isnan(result.lower_bound)
                           ? "no bound to add cuts to was proven in " + std::to_string(kBeforeCuts) +
                                 " evaluations: try --cuts none, which has no such limit"
                           : "cuts gained nothing, and without them the gap is above the tolerance: try --cuts none";
    }
    if (tight) tighten(reduced, certifier, options, clock, result);
  }
  result.relaxation_bound = result.lower_bound;
  result.branch_bound = std::numeric_limits<double>::quiet_NaN();
  result.certificates = certifier.places();
  return result;
}

}  // namespace

Relaxation solve_with(const Problem& problem, const SolveOptions& options, const Device& device, Network* network) {
  const Clock clock;
  validate(problem);
  check_options(options);
  const ThreadScope scope(options.threads);
  const int threads = scope.threads();
  require_memory(presolve_bytes(problem), available_bytes(), "this machine", memory_advice(problem.X));
  const Presolved reduced = presolve(problem);
  const double presolve_seconds = clock.seconds();
  std::optional<Branching> found;
  if (!trivial(reduced) && branches(reduced, options)) found = branch(problem, reduced, options, clock);
  Relaxation result;
  const bool ended = found && (found->status == Status::solved || found->status == Status::interrupted);
  if (ended || (found && options.bound == BoundMethod::branch)) {
    result = branched_result(reduced, *found);
  } else {
    result = relaxed(problem, reduced, options, device, threads, clock);
    if (found) take_bound(result, *found);
  }
  if (found) {
    result.seconds.solve += found->seconds;
    if (network != nullptr) *network = found->optimum.network;
  }
  result.factor = restore(reduced, std::move(result.factor));
  result.presolve = reduced.summary;
  result.seconds.presolve = presolve_seconds;
  result.seconds.total = clock.seconds();
  result.device = device.name();
  result.threads = threads;
  return result;
}

Relaxation solve(const Problem& problem, const SolveOptions& options) {
  return solve_with(problem, options, *find_device(options.device));
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
