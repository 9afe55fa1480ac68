// Lists by rows from pairs by their smaller members: every pair twice, rows in order and filled up, shared out evenly.
#include "cpu/pair_list.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>

#include "seam/control.hpp"

namespace burelu::test {
namespace {

constexpr int kRows = 150;

/// Random pairs in blocks of 64 rows; some rows have none.
std::vector<UpperBlock> random_blocks(unsigned seed) {
  std::mt19937 engine(seed);
  std::vector<UpperBlock> blocks;
  for (int row = 0; row < kRows; ++row) {
    if (row % 64 == 0) blocks.emplace_back();
    for (int other = row + 1; other < kRows; ++other)
      if (row % 7 != 3 && engine() % 9 == 0)
        blocks.back().entries.push_back({other, 0.5F + static_cast<float>(row), 1.0 * row, 2.0 * other});
    blocks.back().end.push_back(static_cast<std::int64_t>(blocks.back().entries.size()));
  }
  return blocks;
}

TEST(PairList, HoldsEveryPairInBothRows) {
  const std::vector<UpperBlock> blocks = random_blocks(1);
  std::map<std::pair<int, int>, UpperEntry> expected;
  int row = 0;
  for (const UpperBlock& block : blocks) {
    std::int64_t at = 0;
    for (const std::int64_t end : block.end) {
      for (; at < end; ++at) {
        const UpperEntry& entry = block.entries[static_cast<std::size_t>(at)];
        expected[{row, entry.column}] = expected[{entry.column, row}] = entry;
      }
      ++row;
    }
  }
  const PairList list(blocks, kRows, Team(3));
  EXPECT_EQ(2 * list.pairs(), static_cast<std::int64_t>(expected.size()));
  std::int64_t seen = 0;
  for (int p = 0; p < kRows; ++p) {
    EXPECT_EQ(list.begin(p) % isa::kLanes, 0);
    EXPECT_LT(list.begin(p + 1) - list.end(p), isa::kLanes);
    for (std::int64_t e = list.begin(p); e < list.end(p); ++e, ++seen) {
      if (e > list.begin(p)) {
        EXPECT_GT(list.column[e], list.column[e - 1]);
      }
      EXPECT_EQ(list.column[e] > p, e >= list.upper(p));
      const UpperEntry& entry = expected.at({p, list.column[e]});
      EXPECT_EQ(list.weight[e], entry.weight);
      EXPECT_EQ(list.multiplier[e], entry.multiplier);
      EXPECT_EQ(list.previous[e], entry.previous);
    }
    for (std::int64_t e = list.end(p); e < list.begin(p + 1); ++e) {
      EXPECT_EQ(list.multiplier[e], -kInfinity);
      EXPECT_EQ(list.column[e], p);
    }
  }
  EXPECT_EQ(seen, static_cast<std::int64_t>(expected.size()));
}

TEST(PairList, IsTheSameForEverySizeOfTheTeam) {
  const PairList one(random_blocks(2), kRows, Team());
  const PairList three(random_blocks(2), kRows, Team(3));
  ASSERT_EQ(one.offset, three.offset);
  for (std::int64_t e = 0; e < one.entries(); ++e) {
    EXPECT_EQ(one.column[e], three.column[e]);
    EXPECT_EQ(one.multiplier[e], three.multiplier[e]);
  }
}

TEST(PairList, IsSharedOutWholeAndEvenly) {
  for (const PairList& list :
       {PairList(random_blocks(3), kRows, Team()),
        PairList(std::vector<UpperBlock>{{std::vector<std::int64_t>(kRows, 0), {}}}, kRows, Team())})
    for (const int parts : {1, 2, 5, 400}) {
      std::int64_t last = 0;
      for (int part = 0; part < parts; ++part) {
        EXPECT_EQ(list.boundary(part, parts, 32), last);
        last = list.boundary(part + 1, parts, 32);
        EXPECT_GE(last, list.boundary(part, parts, 32));
        if (part + 1 < parts) {
          EXPECT_EQ(last % 32, 0);
        }
        if (parts == 2 && part == 0 && list.pairs() > 0) {
          EXPECT_NEAR(static_cast<double>(list.begin(last)), 0.5 * static_cast<double>(list.entries()),
                      0.3 * static_cast<double>(list.entries()));
        }
      }
      EXPECT_EQ(last, kRows);
    }
}

}  // namespace
}  // namespace burelu::test
