// The relaxation alone, in presolved coordinates.
#pragma once

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "driver/continuation.hpp"
#include "linalg/stop.hpp"
#include "problem/presolve.hpp"
#include "seam/device.hpp"

namespace burelu {

/// Where to solve, and how long.
struct Place {
  const Device& device;
  int threads;
  const Stop& stop;
};

/// Whether no row, or no target, is left: the zero network is optimal, W = -Y proves it.
bool trivial(const Presolved& reduced);

/// `chain`: null, or where another gamma left off, and then where this one does. Throws `MemoryError`.
Relaxation relaxed(const Problem& problem, const Presolved& reduced, const SolveOptions& options, const Place& place,
                   Continuation* chain);

}  // namespace burelu
