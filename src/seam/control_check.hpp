// Whether a Control that comes from a file can be gone on with: whatever its numbers are, no counter overflows.
#pragma once

#include <initializer_list>

#include "seam/control.hpp"

namespace burelu {

inline constexpr std::int64_t kMostCounted = std::int64_t{1} << 60U;

inline bool counts(std::int64_t value, std::int64_t most = kMostCounted) { return value >= 0 && value <= most; }

inline bool plausible(const Control& c) {
  constexpr std::int64_t kMost = 1 << 30;
  const Search& s = c.search;
  const Lists& l = c.lists;
  for (const int value : {c.settings.extrapolate, s.trials, s.failures, s.steps, s.fresh, s.accepted, s.pair, s.halted,
                          c.dual.momentum, c.dual.period, c.dual.updates})
    if (!counts(value, kMost)) return false;
  return counts(c.count.evaluations) && counts(l.pairs) && counts(l.wanted) && counts(l.capacity) && counts(l.cut) &&
         counts(l.scans) && counts(c.settings.most) && c.settings.margin > 0.0 && c.dual.sigma > 0.0;
}

}  // namespace burelu
