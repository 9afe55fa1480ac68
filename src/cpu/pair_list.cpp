#include "cpu/pair_list.hpp"

#include <algorithm>
#include <utility>

#include "seam/control.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kLanes = isa::kLanes;

std::int64_t padded(std::int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

/// work(row, its entries) over all blocks.
template <class Work>
void each_row(const std::vector<UpperBlock>& blocks, const Work& work) {
  std::int64_t row = 0;
  for (const UpperBlock& block : blocks) {
    std::int64_t begin = 0;
    for (const std::int64_t end : block.end) {
      work(row++, block.entries.data() + begin, end - begin);
      begin = end;
    }
  }
}

}  // namespace

PairList::PairList(const std::vector<UpperBlock>& blocks, std::int64_t rows, const Team& team, std::vector<char> mine)
    : offset(place(rows) + 1), length_(place(rows)), lower_(place(rows)), mine_(std::move(mine)) {
  measure(blocks, rows);
  const std::int64_t all = offset.back();
  column = Buffer<std::int32_t>(all);
  multiplier = Buffer<double>(all);
  previous = Buffer<double>(all);
  weight = Buffer<float>(all);
  team.run([&](int part) { fill(blocks, boundary(part, team.size(), 1), boundary(part + 1, team.size(), 1)); });
}

void PairList::measure(const std::vector<UpperBlock>& blocks, std::int64_t rows) {
  each_row(blocks, [this](std::int64_t row, const UpperEntry* entries, std::int64_t count) {
    if (mine(row)) {
      length_[place(row)] += count;
      pairs_ += count;
    }
    for (std::int64_t k = 0; k < count; ++k) {
      if (!mine(entries[k].column)) continue;
      ++length_[place(entries[k].column)];
      ++lower_[place(entries[k].column)];
    }
  });
  for (std::size_t row = 0; row < place(rows); ++row) offset[row + 1] = offset[row] + padded(length_[row]);
}

void PairList::put(std::int64_t at, std::int64_t other, const UpperEntry& entry) {
  column[at] = static_cast<std::int32_t>(other);
  weight[at] = entry.weight;
  multiplier[at] = entry.multiplier;
  previous[at] = entry.previous;
}

// The entries of rows begin .. end, from all pairs: those of smaller rows come first, in their order.
void PairList::fill(const std::vector<UpperBlock>& blocks, std::int64_t begin, std::int64_t end) {
  std::vector<std::int64_t> next(place(end - begin));
  for (std::int64_t row = begin; row < end; ++row) {
    next[place(row - begin)] = this->begin(row);
    for (std::int64_t at = this->end(row); at < this->begin(row + 1); ++at) put(at, row, {0, 0.0F, -kInfinity, 0.0});
  }
  each_row(blocks, [&](std::int64_t row, const UpperEntry* entries, std::int64_t count) {
    if (row >= end) return;
    const bool own = row >= begin && mine(row);
    for (std::int64_t k = 0; k < count; ++k) {
      if (own) put(upper(row) + k, entries[k].column, entries[k]);
      if (entries[k].column >= begin && entries[k].column < end && mine(entries[k].column))
        put(next[place(entries[k].column - begin)]++, row, entries[k]);
    }
  });
}

std::int64_t PairList::boundary(int part, int parts, std::int64_t unit) const {
  const auto rows = static_cast<std::int64_t>(length_.size());
  if (part == 0) return 0;
  if (part >= parts) return rows;
  const std::int64_t wanted = offset.back() / parts * part;
  const std::int64_t found = std::lower_bound(offset.begin(), offset.end(), wanted) - offset.begin();
  return std::min(found / unit * unit, rows);
}

std::int64_t pair_list_bytes(std::int64_t pairs, std::int64_t rows) {
  constexpr std::int64_t kEntry = sizeof(std::int32_t) + sizeof(float) + 2 * sizeof(double);
  return (2 * pairs + rows * kLanes / 2) * kEntry + (3 * rows + 1) * static_cast<std::int64_t>(sizeof(std::int64_t));
}

}  // namespace burelu
