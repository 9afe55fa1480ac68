// The scan: which of all pairs of rows of F belong on the list.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/line_share.hpp"
#include "cpu/pair_list.hpp"
#include "linalg/team.hpp"
#include "seam/pair_choice.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu {

/// A factor as the backend holds it.
struct FactorRows {
  const double* data;
  int rank;
  int stride;
};

/// What a scan lists.
struct ScanLimits {
  double margin;                                  ///< pairs with S_pq below this share of |f_p| |f_q|
  std::int64_t most = std::int64_t{1} << 60;      ///< pairs
  bool crowded = false;                           ///< there are likely more
  std::int64_t number = 0;                        ///< of the scan: what it draws
  std::int64_t capacity = std::int64_t{1} << 60;  ///< pairs, with those beyond `most` (fresh_room)
};

struct PairScan {
  std::vector<UpperBlock> blocks;  ///< the pairs of the new list, of which at least one row is this rank's
  std::int64_t wanted = 0;         ///< pairs that the rule asks for: more than there are where `most` cut it, about
  bool sampled = false;            ///< violated pairs are left out
};

/// Pairs that carry a multiplier (T' > 0, or T'+ of the last update), with it, and those within the margin: what
/// pair_choice.hpp says where there are too many in all. `importance`: of each row, in the weights.
///
/// All pairs p < q are compared in single precision with room for its rounding, then S is summed in double where it may
/// be small. (2m)^2 r flops, (2m) r floats twice; where there are too many once more, unless a scan that is crowded saw
/// in a sample of the rows what fits. The same result for every size of the team. Every rank looks at the pairs of
/// which the smaller row is its own; what it finds anew goes to the rank of the other row, and multipliers stay where
/// they are.
PairScan scan_pairs(const RelaxationData& data, const FactorRows& factor, const double* importance,
                    const PairList& before, const ScanLimits& limits, const Team& team, const LineShare& lines);

}  // namespace burelu
