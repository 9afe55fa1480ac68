// The relaxations of parts of the lines, one after the other.
#pragma once

#include "burelu/options.hpp"
#include "driver/relaxed.hpp"
#include "relaxation/joined.hpp"

namespace burelu {

/// What parts came to. `status` is solved where nothing forbids to go on with the whole.
struct InParts {
  Joined joined;
  Status status = Status::solved;
};

/// So many parts, each with its share of the limits, until one of them ends all. Throws `DeviceError` where the device
/// fails before anything is proven.
InParts solve_parts(const Presolved& whole, int count, const SolveOptions& options, const Place& place);

}  // namespace burelu
