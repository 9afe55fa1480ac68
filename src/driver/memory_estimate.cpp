#include "driver/memory_estimate.hpp"

#include <algorithm>

#include "burelu/errors.hpp"
#include "certificate/footprint.hpp"
#include "certificate/space.hpp"
#include "driver/devices.hpp"
#include "linalg/memory.hpp"
#include "linalg/thread_scope.hpp"
#include "network/schedule.hpp"
#include "relaxation/policy.hpp"
#include "relaxation/start.hpp"

namespace burelu {

namespace {

constexpr std::int64_t kFewPairs = 1'000'000;  // all of which a solve may come to list
constexpr std::int64_t kLeastListed = 40;      // below that a solve gets nowhere

std::int64_t all_pairs(const SolveSize& size) { return 2 * size.rows * (size.rows - 1); }

// Pairs that the memory has room for beside the rest of the solve.
double pairs_that_fit(SolveSize size, const Device& device, std::int64_t available) {
  constexpr std::int64_t kSome = 1 << 20;
  size.pairs = 0;
  const std::int64_t rest = solve_host_bytes(size, device);
  size.pairs = kSome;
  const double each = static_cast<double>(solve_host_bytes(size, device) - rest) / static_cast<double>(kSome);
  return std::max(static_cast<double>(available - rest), 0.0) / each;
}

}  // namespace

SolveSize solve_size(const Presolved& reduced, const SolveOptions& options, const BackendOptions& backend) {
  SolveSize size{reduced.rows(), reduced.features(), reduced.outputs(), reduced.Y.rows,
                 options.rank,   backend.memory,     backend.threads};
  size.slack_columns = LossSpace::most_columns(reduced);
  if (size.rank == 0) size.rank = starting_rank(size.rows, size.features, size.outputs);
  size.memory = policy::lbfgs_pairs({size.rows, size.features, size.outputs, size.rank});
  const std::int64_t most = 2 * policy::most_listed(size.rows);  // fresh_room, after four updates
  size.pairs = all_pairs(size) <= kFewPairs ? all_pairs(size) : most;
  return size;
}

SolveSize fitted(SolveSize size, const Device& device, std::int64_t available) {
  if (!device.is_host() || solve_host_bytes(size, device) <= available) return size;
  const double room = pairs_that_fit(size, device, available);
  if (room < static_cast<double>(size.pairs))
    size.pairs = std::max(static_cast<std::int64_t>(room), std::min(kLeastListed * size.rows, size.pairs));
  return size;
}

std::int64_t list_capacity(const SolveSize& size, const Device& device, std::int64_t available) {
  constexpr double kOfFree = 0.8;  // others need some, too
  if (!device.is_host()) return 0;
  const double room = kOfFree * pairs_that_fit(size, device, available);
  if (room >= static_cast<double>(all_pairs(size))) return all_pairs(size);
  return std::max(static_cast<std::int64_t>(room), size.pairs);
}

TrainingSize training_size(const Problem& problem, const TrainOptions& options) {
  return {problem.X.rows, std::min(problem.X.rows, problem.X.cols), problem.Y.cols,
          most_neurons(problem.X.rows, problem.Y.cols, options)};
}

std::int64_t solve_host_bytes(const SolveSize& size, const Device& device) {
  return certificate_bytes(size) + (device.is_host() ? device.footprint(size) : 0);
}

std::string memory_advice(const SolveSize& size, const Device& device) {
  SolveSize thin = size;
  thin.rank = std::min(size.rank, starting_rank(size.rows, size.features, size.outputs));
  SolveSize narrow = size;
  narrow.features /= 2;
  SolveSize low = size;
  low.rows /= 2;
  low.loss_rows /= 2;
  const std::int64_t without_rank = solve_host_bytes(thin, device);
  const std::int64_t without_features = solve_host_bytes(narrow, device);
  const std::int64_t without_rows = solve_host_bytes(low, device);
  if (without_rank < std::min(without_features, without_rows))
    return "use a smaller rank (" + std::to_string(thin.rank) + " is what a solve of this size begins with)";
  if (without_features < without_rows) return "use fewer features (memory grows with their square; --pca K keeps K)";
  return "use fewer samples (memory grows with their number)";
}

std::string memory_advice(const MatrixView& X) {
  return X.cols > X.rows ? "use fewer features (--pca K keeps K)" : "use fewer samples";
}

MemoryEstimate estimate_memory(const Problem& problem, const TrainOptions& options, bool network) {
  validate(problem);
  const SolveOptions& solve = options.solve;
  MemoryEstimate out;
  const std::shared_ptr<const Device> device = find_device(solve);
  out.device = device->name();
  out.host_available = device->host().free_bytes();
  if (!device->is_host()) out.device_free = device->free_bytes();
  out.host = presolve_bytes(problem);
  require_memory(out.host, out.host_available, "this machine", memory_advice(problem.X));
  const ThreadScope scope(solve.threads);
  const Presolved reduced = presolve(problem);
  if (reduced.rows() > 0) {
    BackendOptions backend;
    backend.threads = scope.threads();
    out.size = fitted(solve_size(reduced, solve, backend), *device, out.host_available - out.host);
    out.host += solve_host_bytes(out.size, *device);
    out.advice = memory_advice(out.size, *device);
    if (!device->is_host()) out.device_solve = device->footprint(out.size);
  }
  if (network) {
    const std::int64_t training = device->footprint(training_size(problem, options));
    (device->is_host() ? out.host_training : out.device_training) = training;
  }
  return out;
}

void MemoryEstimate::require() const {
  require_memory(std::max(host, host_training), host_available, "this machine",
                 host_training > host ? "use fewer samples, or a smaller --width" : advice);
  require_memory(std::max(device_solve, device_training), device_free, device);
}

}  // namespace burelu
