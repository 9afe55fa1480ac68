#include "cpu/footprint.hpp"

#include <algorithm>

#include "cpu/isa/kernels.hpp"
#include "cpu/pair_list.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kDouble = sizeof(double);

std::int64_t rounded_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

// Of CpuDescent: point, trial, gradients, direction, the panel in single precision, Gram matrix, sums.
std::int64_t descent_doubles(std::int64_t unknowns, int memory) {
  constexpr std::int64_t kGroups = 64;
  const std::int64_t width = 2 * memory + 1;
  return (memory + 5) * rounded_up(unknowns, 16) + width * width + (3 * kGroups + 2) * width;
}

}  // namespace

std::int64_t cpu_list_bytes(std::int64_t pairs, index_t rows) {
  return 2 * pair_list_bytes(pairs, 2 * rows) + pairs * static_cast<std::int64_t>(sizeof(UpperEntry));
}

std::int64_t cpu_backend_bytes(const SolveSize& s) {
  const std::int64_t stride = rounded_up(s.rank, isa::kLanes);
  const std::int64_t panel = descent_doubles((s.rows + s.features) * s.rank, s.memory);
  const std::int64_t factor = 2 * s.rows * (2 * stride + s.rank + 2);  // F, G F, F twice in float, norms, importance
  const std::int64_t rows =
      s.rows * (std::int64_t{2} * s.rank + 2) + s.loss_rows * (std::int64_t{2} * s.rank + 2 * s.outputs);
  const std::int64_t data = 2 * s.rows * s.features + 2 * s.features * s.features;
  return cpu_list_bytes(s.pairs, s.rows) + kDouble * (panel + factor + rows + data);
}

std::int64_t cpu_training_bytes(const TrainingSize& s) {
  const std::int64_t data = s.rows * (s.features + s.outputs) + s.features * s.features;
  const std::int64_t layers = s.width * (2 * s.rows + s.outputs);
  const std::int64_t order = std::min(s.rows, s.width);
  const std::int64_t ridge = order * order + s.rows * s.outputs;  // where output weights are eliminated
  const std::int64_t free = descent_doubles((s.features + s.outputs) * s.width, s.memory);
  const std::int64_t eliminated = descent_doubles(s.features * s.width, s.memory) + ridge;
  return kDouble * (data + layers + std::max(free, eliminated));
}

}  // namespace burelu
