// The maximum of h over the unit sphere by branch and bound on the cells of cell.hpp.
//
// The open box with the largest bound comes first, and below it the search goes depth first for a spell: the bound
// falls all the time, and what is open stays few. Threads share a heap of open boxes. The state of a search is its open
// boxes and nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "branch/cell.hpp"

namespace burelu {

struct SearchLimits {
  double threshold = 0.0;  ///< no cell below it is looked into
  double relative = 1e-3;  ///< nor one below (1 + relative) times the largest h found
  std::int64_t cells = 0;  ///< at most, about; 0: no limit
  bool decide = false;     ///< end as soon as some h is above the threshold: only whether there is one is asked
  int threads = 1;
  std::function<bool(std::int64_t cells)> keep_going;  ///< asked by the calling thread; may be empty
};

/// A direction y of the cube with its h.
struct Peak {
  double value = 0.0;
  std::vector<double> y;
};

struct SearchResult {
  bool finished = false;
  double upper = 0.0;       ///< proven: h <= upper everywhere, in units of the kinks
  double best = 0.0;        ///< largest h evaluated
  std::vector<Peak> peaks;  ///< centres of cells that could not be proven, the largest h first, apart from each other
  std::int64_t cells = 0;
};

SearchResult search(const Kinks& kinks, const SearchLimits& limits);

/// ||Phi(y)|| / ||By||, in working precision.
double height(const Kinks& kinks, const double* y);

}  // namespace burelu
