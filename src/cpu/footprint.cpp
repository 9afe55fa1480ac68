#include "cpu/footprint.hpp"

#include <algorithm>

#include "cpu/isa/kernels.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kDouble = sizeof(double);

std::int64_t rounded_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

// Of CpuDescent: point, trial, gradients, direction, panel, Gram matrix, sums of each thread.
std::int64_t descent_doubles(std::int64_t unknowns, int memory, int threads) {
  const std::int64_t width = 2 * memory + 1;
  return (2 * memory + 5) * rounded_up(unknowns, 8) + width * width + (3 * threads + 2) * width;
}

}  // namespace

std::int64_t cpu_backend_bytes(const SolveSize& s) {
  const std::int64_t padded = rounded_up(2 * s.rows, isa::kTile);
  const std::int64_t tiles = padded / isa::kTile;
  const std::int64_t entries = tiles * (tiles + 1) / 2 * isa::kTile * isa::kTile;
  const std::int64_t stride = rounded_up(s.rank, isa::kLanes);
  const std::int64_t multipliers = entries * (2 * kDouble + static_cast<std::int64_t>(sizeof(float)));
  const std::int64_t panel = descent_doubles((s.rows + s.features) * s.rank, s.memory, s.threads);
  const std::int64_t factor = padded * (stride * (1 + s.threads) + s.rank + 1);
  const std::int64_t rows =
      s.rows * (std::int64_t{2} * s.rank + 2) + s.loss_rows * (std::int64_t{2} * s.rank + 2 * s.outputs);
  const std::int64_t data = 2 * s.rows * s.features + 2 * s.features * s.features;
  return multipliers + kDouble * (panel + factor + rows + data);
}

std::int64_t cpu_training_bytes(const TrainingSize& s) {
  const std::int64_t data = s.rows * (s.features + s.outputs) + s.features * s.features;
  const std::int64_t layers = s.width * (2 * s.rows + s.outputs);
  const std::int64_t order = std::min(s.rows, s.width);
  const std::int64_t ridge = order * order + s.rows * s.outputs;  // where output weights are eliminated
  const std::int64_t free = descent_doubles((s.features + s.outputs) * s.width, s.memory, 1);
  const std::int64_t eliminated = descent_doubles(s.features * s.width, s.memory, 1) + ridge;
  return kDouble * (data + layers + std::max(free, eliminated));
}

}  // namespace burelu
