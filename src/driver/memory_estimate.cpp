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

constexpr std::int64_t kListed = 320;      // pairs of a line in the longest lists of a solve, its first ones
constexpr std::int64_t kLeastListed = 40;  // below that a solve gets nowhere

std::int64_t all_pairs(const SolveSize& size) { return 2 * size.rows * (size.rows - 1); }

}  // namespace

SolveSize solve_size(const Presolved& reduced, const SolveOptions& options, const BackendOptions& backend) {
  SolveSize size{reduced.rows(), reduced.features(), reduced.outputs(), reduced.Y.rows,
                 options.rank,   backend.memory,     backend.threads};
  size.slack_columns = LossSpace::most_columns(reduced);
  if (size.rank == 0) size.rank = starting_rank(size.rows, size.features, size.outputs);
  size.memory = policy::lbfgs_pairs({size.rows, size.features, size.outputs, size.rank});
  size.pairs = std::min(kListed * size.rows, all_pairs(size));
  return size;
}

SolveSize fitted(SolveSize size, const Device& device, std::int64_t available) {
  const std::int64_t wanted = size.pairs;
  const std::int64_t whole = solve_host_bytes(size, device);
  if (!device.is_host() || whole <= available || wanted == 0) return size;
  size.pairs = 0;
  const std::int64_t rest = solve_host_bytes(size, device);
  const double each = static_cast<double>(whole - rest) / static_cast<double>(wanted);
  const auto room = static_cast<std::int64_t>(static_cast<double>(available - rest) / each);
  size.pairs = std::clamp(room, std::min(kLeastListed * size.rows, wanted), wanted);
  return size;
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
  const std::shared_ptr<const Device> device = find_device(solve.device);
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
