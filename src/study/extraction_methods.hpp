// One start of the extraction by itself, polished: what each way from the factor to a network is worth. `train_network`
// mixes them and goes on.
#pragma once

#include <cstdint>

#include "burelu/problem.hpp"
#include "burelu/result.hpp"
#include "network/extraction_starts.hpp"

namespace burelu::study {

struct SingleStart {
  StartKind kind = StartKind::gauss;
  index_t width = 100;  ///< about; columns has two neurons per column of the factor
  int passes = 100;     ///< of the polish, per level of smoothing
  std::uint64_t seed = 0;
};

/// The polished network, in the coordinates of the data as given. Deterministic for a number of threads; uses the
/// OpenMP threads of the calling thread.
Network polished_start(const Problem& problem, const Factor& factor, const SingleStart& options);

/// "gauss", "random", "columns", "rotate".
const char* to_string(StartKind kind);

}  // namespace burelu::study
