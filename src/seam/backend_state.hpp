// The state of a relaxation's backend that another one can go on from: point, multipliers, penalty and counts. What
// only speeds one backend up, the memory of L-BFGS, is not in it.
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/matrix.hpp"
#include "seam/archive.hpp"
#include "seam/control.hpp"

namespace burelu {

/// A listed pair of rows of F, i > j, with multipliers over its weight (entry.hpp).
struct ListedPair {
  std::int32_t i = 0, j = 0;
  double multiplier = 0.0;  ///< T of the running window
  double previous = 0.0;    ///< T+ of the last update
};

struct BackendState {
  Control control;
  Matrix Shat, Ut;
  std::vector<double> importance;  ///< q of the rows of [A; B], m
  std::vector<double> tau;         ///< m
  std::vector<ListedPair> pairs;   ///< those that carry a multiplier
};

/// Settings, residuals, penalty and counts of `saved`; an empty memory, and the rest, of the backend that goes on.
Control resumed(const Control& saved, const Control& fresh);

/// Between processes of one program: what is loaded is taken as it is.
void exchange(Archive& archive, BackendState& state);

/// `m`, `d`: of the relaxation. What is loaded is refused where it cannot be gone on from.
void exchange(Archive& archive, BackendState& state, index_t m, index_t d);

}  // namespace burelu
