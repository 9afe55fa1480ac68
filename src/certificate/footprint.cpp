#include "certificate/footprint.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kMatrices = 4;

}  // namespace

std::int64_t certificate_bytes(const SolveSize& s) {
  const std::int64_t order = s.rows + s.features;
  return std::int64_t{sizeof(double)} * order * (kMatrices * order + 8 * s.outputs);
}

}  // namespace burelu
