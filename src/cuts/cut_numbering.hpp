// Cuts have a number for good with the certifier, and a row of F while they are in use: from one to the other.
#pragma once

#include <vector>

#include "seam/relaxation_data.hpp"

namespace burelu {

/// Multipliers of rows of F (row 2m + t = scale times cut `active[t]`) as those of the forms, i >= j.
inline std::vector<Multiplier> over_forms(std::vector<Multiplier> pairs, const RelaxationData& data,
                                          const std::vector<std::int32_t>& active) {
  if (active.empty()) return pairs;
  const auto base = static_cast<std::int32_t>(2 * data.m);
  for (Multiplier& pair : pairs) {
    for (std::int32_t* form : {&pair.i, &pair.j}) {
      if (*form < base) continue;
      const auto row = static_cast<std::size_t>(*form - base);
      pair.value *= data.cuts.scale[row];
      *form = base + active[row];
    }
    if (pair.i < pair.j) std::swap(pair.i, pair.j);
  }
  return pairs;
}

/// The way back; multipliers of cuts that have no row any more are left out. `count`: cuts there are.
inline std::vector<Multiplier> over_rows(const std::vector<Multiplier>& pairs, const RelaxationData& data,
                                         const std::vector<std::int32_t>& active, std::size_t count) {
  const auto base = static_cast<std::int32_t>(2 * data.m);
  std::vector<std::int32_t> place(count, -1);
  for (std::size_t t = 0; t < active.size(); ++t)
    place[static_cast<std::size_t>(active[t])] = static_cast<std::int32_t>(t);
  std::vector<Multiplier> out;
  for (Multiplier pair : pairs) {
    bool in_use = true;
    for (std::int32_t* form : {&pair.i, &pair.j}) {
      if (*form < base) continue;
      const std::int32_t row = place[static_cast<std::size_t>(*form - base)];
      in_use = in_use && row >= 0;
      if (row < 0) continue;
      pair.value /= data.cuts.scale[static_cast<std::size_t>(row)];
      *form = base + row;
    }
    if (pair.i < pair.j) std::swap(pair.i, pair.j);
    if (in_use) out.push_back(pair);
  }
  return out;
}

}  // namespace burelu
