#include "driver/memory_estimate.hpp"

#include <algorithm>

#include "burelu/errors.hpp"
#include "certificate/space.hpp"
#include "interior/tighten.hpp"
#include "linalg/memory.hpp"
#include "network/extraction.hpp"
#include "relaxation/start.hpp"

namespace burelu {

SolveSize solve_size(const Presolved& reduced, const SolveOptions& options, const BackendOptions& backend) {
  SolveSize size{reduced.rows(), reduced.features(), reduced.outputs(), reduced.Y.rows,
                 options.rank,   backend.memory,     backend.threads};
  size.slack_columns = LossSpace::most_columns(reduced);
  if (size.rank == 0) size.rank = starting_rank(size.rows, size.features, size.outputs);
  if (tightens(reduced, options)) size.interior = tighten_bytes(reduced, options);
  return size;
}

std::int64_t solve_host_bytes(const SolveSize& size, const std::string& device) {
  return certificate_bytes(size) + size.interior + (device_name(device) == "cpu" ? cpu_backend_bytes(size) : 0);
}

void require_cut_memory(SolveSize size, index_t cuts, std::int64_t available) {
  size.cuts = cuts;
  require_memory(cpu_backend_bytes(size), available, "this machine");
}

MemoryEstimate estimate_memory(const Problem& problem, const TrainOptions& options, bool network) {
  validate(problem);
  const SolveOptions& solve = options.solve;
  MemoryEstimate out;
  out.device = device_name(solve.device);
  out.host_available = available_bytes();
  out.device_free = device_free_bytes(solve.device);
  const Presolved reduced = presolve(problem);
  if (reduced.rows() > 0) {
    BackendOptions backend;
    backend.threads = resolve_threads(solve.threads);
    out.size = solve_size(reduced, solve, backend);
    out.host = solve_host_bytes(out.size, solve.device);
    out.device_solve = device_solve_bytes(solve.device, out.size, solve.multipliers_float);
    out.device_certificate = device_slack_bytes(solve.device, out.size);
  }
  if (network)
    out.device_training = device_training_bytes(solve.device, {problem.X.rows, problem.X.cols, problem.Y.cols,
                                                               most_neurons(problem.X.rows, problem.Y.cols, options)});
  return out;
}

void MemoryEstimate::require() const {
  require_memory(host, host_available, "this machine");
  require_memory(std::max(device_solve, device_training), device_free, device);
}

}  // namespace burelu
