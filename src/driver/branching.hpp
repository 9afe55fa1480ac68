// Branch and bound as part of a solve: when it is tried, within which limits, and what its bound does to the result.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "branch/global.hpp"
#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "linalg/clock.hpp"
#include "linalg/stop.hpp"
#include "problem/presolve.hpp"

namespace burelu {

/// Where the options ask for it, or leave it open and the features are few. Throws `DataError` where it is asked for
/// and there are too many.
bool branches(const Presolved& reduced, const SolveOptions& options);

/// Of the relaxation, where it may make branch and bound needless: a fraction of a second.
std::int64_t evaluations_before_branching(const Presolved& reduced);

struct Branching {
  GlobalOptimum optimum;
  Status status = Status::stalled;  ///< why it ended
  double seconds = 0.0;
  std::vector<HistoryEntry> history;  ///< its evaluations are cells
};

/// Within the limits of the options; of its own accord with a third of the time and the work of a relaxation, or of
/// some seconds. `start`: a network whose directions it begins with, or null.
Branching branch(const Device& device, const Problem& problem, const Presolved& reduced, const SolveOptions& options,
                 const Clock& clock, const Stop& stop, const Network* start = nullptr);

/// A result of branch and bound alone.
Relaxation branched_result(const Presolved& reduced, const Branching& found);

/// The better bound of both counts.
void take_bound(Relaxation& result, const Branching& found);

}  // namespace burelu
