// Which rows of F a rank works on where several share a relaxation (docs/ranks.md).
//
// Rows come in tiles, an edge of the scan's. Every kTileClasses-th tile is of one class, and classes are dealt out to
// the ranks there and back, so that each has a like share of any stretch of the data and of the scan's triangle. A
// block of a pass (interaction.hpp) has rows of one class, whatever the number of ranks: so blocks, and the order in
// which their sums are added, are those of one device alone.
#pragma once

#include <algorithm>
#include <cstdint>

#include "seam/host_device.hpp"

namespace burelu::cuda {

inline constexpr int kTileRows = 128;
inline constexpr int kBlockRows = 8;  ///< of a block of a pass, at a time: a warp each
inline constexpr int kPassBlocks = 2048;
inline constexpr int kTileBlocks = kTileRows / kBlockRows;
inline constexpr int kTileClasses = kPassBlocks / kTileBlocks;

/// Blocks of a pass over so many rows: block b has rows 8 b to 8 b + 7, and of longer factors those 8 kPassBlocks on.
inline int pass_blocks(std::int64_t rows) {
  return static_cast<int>(std::min<std::int64_t>((rows + kBlockRows - 1) / kBlockRows, kPassBlocks));
}

struct RowShare {
  int rank = 0, size = 1;

  BURELU_FORMULA bool whole() const { return size == 1; }
  /// The rank that a class is of.
  BURELU_FORMULA int turn(int tile_class) const {
    const int place = tile_class % size;
    return tile_class / size % 2 == 0 ? place : size - 1 - place;
  }
  BURELU_FORMULA int owner(std::int64_t row) const { return turn(static_cast<int>(row / kTileRows % kTileClasses)); }
  BURELU_FORMULA int block_owner(int block) const { return turn(block / kTileBlocks); }
  BURELU_FORMULA bool has(std::int64_t row) const { return owner(row) == rank; }
  BURELU_FORMULA bool has_block(int block) const { return block_owner(block) == rank; }

  /// The k-th class of a rank; those that there are not are kTileClasses and more.
  BURELU_FORMULA int tile_class(int of_rank, int k) const {
    return k * size + (k % 2 == 0 ? of_rank : size - 1 - of_rank);
  }
  BURELU_FORMULA int classes(int of_rank) const {
    const int full = kTileClasses / size;
    return full + (tile_class(of_rank, full) < kTileClasses ? 1 : 0);
  }
  /// Number of the i-th tile of this rank, which has one at least.
  BURELU_FORMULA std::int64_t tile(std::int64_t i) const {
    const int count = classes(rank);
    return i / count * kTileClasses + tile_class(rank, static_cast<int>(i % count));
  }
  /// Where a row stands among those of its owner, and a block among those.
  BURELU_FORMULA std::int64_t place(std::int64_t row) const {
    const std::int64_t tile = row / kTileRows;
    const int of_tile = static_cast<int>(tile % kTileClasses);
    const std::int64_t tiles = tile / kTileClasses * classes(turn(of_tile)) + of_tile / size;
    return tiles * kTileRows + row % kTileRows;
  }
  BURELU_FORMULA int block_place(int block) const {
    return block / kTileBlocks / size * kTileBlocks + block % kTileBlocks;
  }

  /// Tiles, rows and blocks of one rank.
  std::int64_t tiles(int of_rank, std::int64_t all_rows) const {
    std::int64_t count = 0;
    for (std::int64_t row = 0; row < all_rows; row += kTileRows) count += owner(row) == of_rank ? 1 : 0;
    return count;
  }
  std::int64_t rows(int of_rank, std::int64_t all_rows) const {
    std::int64_t count = 0;
    for (std::int64_t row = 0; row < all_rows; row += kTileRows)
      if (owner(row) == of_rank) count += std::min<std::int64_t>(kTileRows, all_rows - row);
    return count;
  }
  std::int64_t blocks(int of_rank, std::int64_t all_rows) const {
    std::int64_t count = 0;
    for (int b = 0; b < pass_blocks(all_rows); ++b) count += block_owner(b) == of_rank ? 1 : 0;
    return count;
  }
};

}  // namespace burelu::cuda
