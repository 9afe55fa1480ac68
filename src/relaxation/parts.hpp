// A presolved problem in parts: its lines, shared out at random, each part with its share of gamma (docs/method.md,
// "Parts").
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/problem.hpp"
#include "problem/presolve.hpp"

namespace burelu {

/// Some lines of a presolved problem, as a problem of its own.
struct Part {
  std::vector<index_t> lines;     ///< of the whole: rows of X, those of the lines before those of negative sides
  std::vector<index_t> negative;  ///< the latter's numbers in the whole's `negative`
  Matrix X, Y;
  double gamma = 0.0;

  index_t own() const { return static_cast<index_t>(lines.size() - negative.size()); }
  Problem problem() const { return {X, Y, gamma}; }
};

/// All lines in so many parts of about one size, the same for the same seed. gamma in proportion to lines; rounding
/// leaves their sum at gamma or below.
std::vector<Part> split(const Presolved& whole, int count, std::uint64_t seed);

}  // namespace burelu
