// The premise mu(W) <= gamma by branch and bound, for certificates that consist of W alone (docs/method.md, "Branch and
// bound"): a tree of boxes on the faces of a cube of directions, found here.
#pragma once

#include <cstddef>
#include <string>

#include "verify/files.hpp"

namespace burelu::verify {

struct Tree {
  bool proven = false;
  std::string reason;     ///< where it is not
  std::size_t cells = 0;  ///< boxes looked at
};

/// Looks for a proof that || sum_i (x_i'u)_+ w_i || <= gamma ||u|| for every u; gives up after `most_cells`.
Tree prove_by_branching(const Data& data, const Claim& claim, std::size_t most_cells = 200000000);

}  // namespace burelu::verify
