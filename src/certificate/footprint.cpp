#include "certificate/footprint.hpp"

#include <algorithm>

#include "certificate/trials.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kPairs = 64;          // of a line: multipliers of the point, the average and the incumbent ...
constexpr std::int64_t kBytesOfAPair = 120;  // ... each in its list, in rows of the slack and in its factor
constexpr std::int64_t kBlocks = 10;         // of m rows and d + c columns
constexpr std::int64_t kBytesOfATrial = 40;  // of another thread's matrix and factor, for each of these pairs

}  // namespace

std::int64_t certificate_bytes(const SolveSize& s) {
  const std::int64_t order = s.rows + s.features;
  const std::int64_t others = std::clamp(s.threads, 1, Trials::kMostThreads) - 1;
  const std::int64_t columns = std::int64_t{sizeof(double)} * 4 * s.slack_columns;
  return order * (kPairs * kBytesOfAPair + std::int64_t{sizeof(double)} * kBlocks * (s.features + s.outputs) + columns +
                  others * (kPairs * kBytesOfATrial + columns));
}

}  // namespace burelu
