#include "seam/footprint.hpp"

#include "cpu/isa/kernels.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kDouble = sizeof(double);
constexpr std::int64_t kCertificateMatrices = 5;  // M(T), its factor, two incumbents, one of work or of the proof

std::int64_t rounded_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

std::int64_t cpu_backend_bytes(const SolveSize& s) {
  const std::int64_t all = 2 * s.rows + s.cuts;
  const std::int64_t padded = rounded_up(all, isa::kTile);
  const std::int64_t tiles = padded / isa::kTile;
  const std::int64_t entries = tiles * (tiles + 1) / 2 * isa::kTile * isa::kTile;
  const std::int64_t stride = rounded_up(s.rank, isa::kLanes);
  const std::int64_t unknowns = rounded_up((s.rows + s.features) * s.rank, 8);
  const std::int64_t width = 2 * s.memory + 1;
  const std::int64_t multipliers = entries * (2 * kDouble + static_cast<std::int64_t>(sizeof(float)));
  const std::int64_t panel = (2 * s.memory + 5) * unknowns + width * width + (3 * s.threads + 2) * width;
  const std::int64_t factor = padded * (stride * (1 + s.threads) + s.rank + 1);
  const std::int64_t rows =
      s.rows * (std::int64_t{2} * s.rank + 2) + s.loss_rows * (std::int64_t{2} * s.rank + 2 * s.outputs);
  const std::int64_t data = 2 * s.rows * s.features + 2 * s.features * s.features;
  const std::int64_t cuts = s.cuts * (all + 2) + s.cut_terms() * 3 / 2;  // kernel, offset and scale, L
  return multipliers + kDouble * (panel + factor + rows + data + cuts);
}

std::int64_t certificate_bytes(const SolveSize& s) {
  const std::int64_t order = s.rows + s.features;
  return kDouble * order * (kCertificateMatrices * order + 8 * s.outputs);
}

}  // namespace burelu
