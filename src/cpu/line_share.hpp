// Which lines of the problem this rank works on: lines in groups of some hundred, dealt out to the ranks in turn, there
// and back, so that each has a like share of any stretch of the data and of the scan's triangle.
//
// The groups depend on the problem alone, and every sum over lines is a sum over groups: results do not depend on the
// number of ranks. A rank that no group is left for goes along and has nothing to do.
#pragma once

#include <vector>

#include "cpu/slot_sums.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu {

struct LineGroup {
  index_t begin, end;                     ///< lines
  index_t first_negative, last_negative;  ///< in RelaxationData::negative
  index_t local = 0;                      ///< where its lines stand among those of its rank
  index_t loss = 0;                       ///< and its loss rows: those of the lines, then the negative ones
  int slot = 0;                           ///< of its sums
  int rank = 0;

  index_t lines() const { return end - begin; }
  index_t negatives() const { return last_negative - first_negative; }
};

class LineShare {
 public:
  /// Lines of a group are a multiple of this, at least two of them: an edge of the scan's tiles.
  static constexpr index_t kUnit = 64;

  LineShare(const RelaxationData& data, Ranks& ranks);

  Ranks& ranks() const { return *ranks_; }
  /// Groups of a problem of m lines.
  static int groups(index_t m);
  /// Whether it has two groups of full size at least; with fewer lines one rank is as good.
  static bool worth_sharing(index_t m);
  /// Those of this rank, in order.
  const std::vector<LineGroup>& own() const { return own_; }
  /// Those of all ranks, one rank after the other.
  const std::vector<LineGroup>& all() const { return all_; }
  index_t lines() const { return lines_; }  ///< of this rank
  index_t loss_rows() const { return loss_rows_; }
  int rank_of(index_t row_of_factor) const {
    return owner_[static_cast<std::size_t>(row_of_factor % m_ / group_lines_)];
  }
  bool owns(index_t row_of_factor) const { return rank_of(row_of_factor) == ranks_->rank(); }
  /// Sums over groups; the last slot in order, of rank 0, is for what belongs to no line.
  const SumPlan& plan() const { return plan_; }
  int shared_slot() const { return plan_.order.back(); }
  /// Lines of rank k end here among all of them, one rank after the other.
  const std::vector<std::int64_t>& line_ends() const { return line_ends_; }

 private:
  void deal(int rank);

  Ranks* ranks_;
  index_t m_, group_lines_;
  index_t lines_ = 0, loss_rows_ = 0;
  std::vector<int> owner_;  // of each group
  std::vector<LineGroup> own_, all_;
  std::vector<std::int64_t> line_ends_;
  SumPlan plan_;
};

}  // namespace burelu
