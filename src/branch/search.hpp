// The maximum of h over the unit sphere by branch and bound on the cells of cell.hpp.
//
// In rounds: the open boxes with the largest bounds are taken, and below each the search goes depth first for a spell,
// with what was known before the round and what it finds itself; then all is put together in their order. So the bound
// falls all the time, what is open stays few, and nothing depends on the number of threads or on who is faster. The
// state of a search is its open boxes and nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "branch/cell.hpp"
#include "branch/peaks.hpp"

namespace burelu {

class Lead;

struct SearchLimits {
  double threshold = 0.0;  ///< no cell below it is looked into
  double relative = 1e-3;  ///< nor one below (1 + relative) times the largest h found
  std::int64_t cells = 0;  ///< at most, about; 0: no limit
  double work = 0.0;       ///< flops (cell_work), at most, about; 0: no limit
  bool decide = false;     ///< end as soon as some h is above the threshold: only whether there is one is asked
  int threads = 1;
  Lead* lead = nullptr;                                ///< of ranks that share the search; may be null
  std::function<bool(std::int64_t cells)> keep_going;  ///< asked by the calling thread; may be empty
};

struct SearchResult {
  bool finished = false;
  double upper = 0.0;       ///< proven: h <= upper everywhere, in units of the kinks
  double best = 0.0;        ///< largest h evaluated
  std::vector<Peak> peaks;  ///< centres of cells that could not be proven, the largest h first, apart from each other
  std::int64_t cells = 0;
  double work = 0.0;
};

SearchResult search(const Kinks& kinks, const SearchLimits& limits);

/// ||Phi(y)|| / ||By||, in working precision.
double height(const Kinks& kinks, const double* y);

}  // namespace burelu
