// Lists of pairs of rows of F with their multipliers, by rows: every pair (p, q) stands in row p and in row q, so that
// each row's gradient is a sum of its own. Nothing here depends on the number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/isa/kernels.hpp"
#include "linalg/buffer.hpp"
#include "linalg/team.hpp"

namespace burelu {

inline constexpr std::int64_t kBlockRows = 32;  ///< rows whose sums are one number: the unit of work over a list

/// A pair in the row of its smaller member.
struct UpperEntry {
  std::int32_t column;
  float weight;       ///< w, with the importance of both rows
  double multiplier;  ///< T' = T / w
  double previous;    ///< T'+ of the last update
};

/// Pairs by the rows of their smaller members, in blocks of rows that several threads fill at once.
struct UpperBlock {
  std::vector<std::int64_t> end;  ///< of each row in `entries`
  std::vector<UpperEntry> entries;
};

class PairList {
 public:
  PairList() = default;
  /// Rows of one block after the other, columns ascending. `rows`: of F; `mine`: those that are filled, all where it is
  /// empty.
  PairList(const std::vector<UpperBlock>& blocks, std::int64_t rows, const Team& team, std::vector<char> mine = {});

  /// By the smaller member's row.
  std::int64_t pairs() const { return pairs_; }
  std::int64_t entries() const { return column.size(); }
  std::int64_t begin(std::int64_t row) const { return offset[place(row)]; }
  /// One past the last entry of the row that is none of those that fill it up.
  std::int64_t end(std::int64_t row) const { return offset[place(row)] + length_[place(row)]; }
  /// The entries of a row with a larger column begin here.
  std::int64_t upper(std::int64_t row) const { return offset[place(row)] + lower_[place(row)]; }
  /// Rows of F with about the same number of entries before them for each of `parts`, in units of `unit`.
  std::int64_t boundary(int part, int parts, std::int64_t unit) const;

  std::vector<std::int64_t> offset;     // of each row, a multiple of isa::kLanes
  Buffer<std::int32_t> column;          // ascending
  Buffer<double> multiplier, previous;  // T', T'+ of the last update; -infinity where an entry fills up
  Buffer<float> weight;

 private:
  static std::size_t place(std::int64_t row) { return static_cast<std::size_t>(row); }
  bool mine(std::int64_t row) const { return mine_.empty() || mine_[place(row)] != 0; }
  void measure(const std::vector<UpperBlock>& blocks, std::int64_t rows);
  void fill(const std::vector<UpperBlock>& blocks, std::int64_t begin, std::int64_t end);
  void put(std::int64_t at, std::int64_t column, const UpperEntry& entry);

  std::vector<std::int64_t> length_, lower_;  // entries of each row; those with a smaller column
  std::vector<char> mine_;
  std::int64_t pairs_ = 0;
};

/// Bytes of a list of so many pairs: two entries each, and what fills up rows.
std::int64_t pair_list_bytes(std::int64_t pairs, std::int64_t rows);

}  // namespace burelu
