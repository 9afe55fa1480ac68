// Whether a Control that comes from a file can be gone on with: whatever its numbers are, no index leads outside of the
// ring and no counter overflows.
#pragma once

#include <initializer_list>

#include "seam/control.hpp"

namespace burelu {

inline constexpr std::int64_t kMostCounted = std::int64_t{1} << 60U;

inline bool counts(std::int64_t value, std::int64_t most = kMostCounted) { return value >= 0 && value <= most; }

/// `capacity`: of the ring that the panel was made for.
inline bool plausible(const Control& c, int capacity) {
  constexpr std::int64_t kMost = 1 << 30;
  const Search& s = c.search;
  const Memory& m = c.memory;
  for (const int value : {c.settings.extrapolate, s.trials, s.failures, s.steps, s.fresh, s.accepted, s.pair, s.halted,
                          m.flush, c.dual.momentum, c.dual.period, c.dual.updates})
    if (!counts(value, kMost)) return false;
  const bool ring =
      m.capacity == capacity && counts(m.count, capacity) && counts(m.head, capacity - 1) && counts(m.filled, capacity);
  return ring && counts(c.count.evaluations);
}

}  // namespace burelu
