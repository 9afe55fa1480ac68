#include "driver/relaxed.hpp"

#include <cmath>
#include <limits>

#include "driver/memory_estimate.hpp"
#include "linalg/memory.hpp"
#include "relaxation/outer_loop.hpp"

namespace burelu {
namespace {

Relaxation zero_network(const Presolved& reduced, Incumbent& incumbent) {
  Relaxation result;
  const std::vector<Multiplier> none;
  const std::vector<double> tau(static_cast<std::size_t>(reduced.rows()), 0.0);
  const Matrix W(reduced.Y.rows, reduced.Y.cols);
  incumbent.offer({&none, &tau, &W});
  result.objective = reduced.constant_loss;
  incumbent.publish(result);
  result.factor = {Matrix(reduced.rows(), 0), Matrix(reduced.features(), 0), Matrix(reduced.outputs(), 0)};
  result.status = Status::solved;
  result.message = "no sample with a nonzero row has a nonzero target: the zero network is optimal";
  return result;
}

// A bound where the iteration has none: T = 0 with W near 0 always proves something.
void add_first_bound(const Presolved& reduced, Incumbent& incumbent, Relaxation& result) {
  if (incumbent.proven() || result.status == Status::device_failed) return;
  incumbent.offer_least(reduced);
  incumbent.publish(result);
}

// Evaluations of a solve without a limit: what has not come to an end by then will not.
constexpr std::int64_t kMostEvaluations = 200'000;

void say_stalled(Relaxation& result) {
  if (result.status != Status::evaluation_limit) return;
  result.status = Status::stalled;
  result.message =
      "the gap is above the tolerance after 200,000 evaluations: standardized features, a larger gamma or a larger "
      "tolerance may help; --max-evaluations goes on";
}

/// Makes backends of this size for any share of gamma.
BackendMaker maker(const Presolved& reduced, const SolveOptions& options, const Place& place) {
  BackendOptions backend;
  backend.threads = place.threads;
  const SolveSize size = fitted(solve_size(reduced, options, backend), place.device, available_bytes());
  backend.pairs = list_capacity(size, place.device, available_bytes());
  backend.rank = size.rank;
  backend.memory = size.memory;
  require_memory(solve_host_bytes(size, place.device), available_bytes(), "this machine",
                 memory_advice(size, place.device));
  return [backend, &place](const RelaxationData& data, double sigma) {
    BackendOptions with_penalty = backend;
    if (sigma > 0.0) with_penalty.sigma = sigma;
    return place.device.relaxation(data, with_penalty);
  };
}

// Where nothing was iterated the start stays as it was.
void go_on_from(Continuation& chain, WarmStart left_off) {
  if (!left_off.empty()) chain.relaxation = std::move(left_off);
}

Relaxation iterated(const Problem& problem, const Presolved& reduced, const SolveOptions& options, const Place& place,
                    Incumbent& incumbent, Continuation* chain) {
  const CheckpointKey key{data_hash(problem), options.rank, options.seed};
  OuterLoop loop(maker(reduced, options, place), incumbent, reduced, options, key);
  if (chain != nullptr) loop.start_from(chain->relaxation, chain->objective);
  Relaxation result = loop.run();
  if (chain != nullptr && result.status != Status::device_failed) go_on_from(*chain, loop.left_off());
  return result;
}

}  // namespace

bool trivial(const Presolved& reduced) {
  double largest = 0.0;
  for (const double y : reduced.Y.data) largest = std::fmax(largest, std::fabs(y));
  return reduced.rows() == 0 || largest == 0.0;
}

Relaxation relaxed(const Problem& problem, const Presolved& reduced, const SolveOptions& options, const Place& place,
                   Continuation* chain) {
  Certifier certifier(problem, reduced);
  certifier.stop_at(&place.stop);
  certifier.share_with(place.device.lead());
  Incumbent incumbent(certifier);
  Relaxation result;
  if (trivial(reduced)) {
    result = zero_network(reduced, incumbent);
  } else {
    SolveOptions limited = options;
    if (options.max_evaluations == 0) limited.max_evaluations = kMostEvaluations;
    if (chain != nullptr && !chain->certificate.branched) incumbent.adopt(rescaled(problem, chain->certificate));
    result = iterated(problem, reduced, limited, place, incumbent, chain);
    if (options.max_evaluations == 0) say_stalled(result);
    add_first_bound(reduced, incumbent, result);
  }
  result.relaxation_bound = result.lower_bound;
  result.branch_bound = std::numeric_limits<double>::quiet_NaN();
  return result;
}

}  // namespace burelu
