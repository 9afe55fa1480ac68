#include "certificate/footprint.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kPairs = 64;          // of a line: multipliers of the point, the average and the incumbent ...
constexpr std::int64_t kBytesOfAPair = 120;  // ... each in its list, in rows of the slack and in its factor
constexpr std::int64_t kBlocks = 10;         // of m rows and d + c columns

}  // namespace

std::int64_t certificate_bytes(const SolveSize& s) {
  const std::int64_t order = s.rows + s.features;
  return order * (kPairs * kBytesOfAPair +
                  std::int64_t{sizeof(double)} * (kBlocks * (s.features + s.outputs) + 4 * s.slack_columns));
}

}  // namespace burelu
