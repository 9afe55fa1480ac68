// Who has which rows of F.
#include "row_share.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace burelu::test {
namespace {

using cuda::RowShare;

// Rows, blocks of a pass and tiles of the scan are each of one rank, none of which has much more than its share.
TEST(RowShare, DealsOutRowsBlocksAndTiles) {
  for (const std::int64_t rows : {std::int64_t{400}, std::int64_t{20000}, std::int64_t{200000}})
    for (const int size : {1, 2, 3, 4, 8, 16}) {
      const auto edge = static_cast<double>((rows + 127) / 128);
      std::set<std::pair<int, std::int64_t>> places;
      std::int64_t all_rows = 0;
      std::int64_t all_blocks = 0;
      double most_pairs = 0.0;
      for (int rank = 0; rank < size; ++rank) {
        const RowShare share{rank, size};
        all_rows += share.rows(rank, rows);
        all_blocks += share.blocks(rank, rows);
        double pairs = 0.0;
        for (std::int64_t i = 0; i < share.tiles(rank, rows); ++i) {
          EXPECT_TRUE(share.has(share.tile(i) * 128));
          pairs += edge - static_cast<double>(share.tile(i));
        }
        most_pairs = std::max(most_pairs, pairs);
      }
      EXPECT_EQ(all_rows, rows);
      EXPECT_EQ(all_blocks, cuda::pass_blocks(rows));
      const double mean = edge * (edge + 1.0) / 2.0 / size;
      EXPECT_LE(most_pairs, rows < 20000 ? mean + edge : 1.15 * mean) << rows << " " << size;
      const RowShare share{0, size};
      for (std::int64_t row = 0; row<rows; row += rows> 400 ? 37 : 1) {
        const int owner = share.owner(row);
        EXPECT_EQ(share.block_owner(static_cast<int>(row / 8 % 2048)), owner);
        EXPECT_LT(share.place(row), share.rows(owner, rows));
        EXPECT_TRUE(rows > 400 || places.emplace(owner, share.place(row)).second);
      }
    }
}

}  // namespace
}  // namespace burelu::test
