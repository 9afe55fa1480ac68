// The lower triangle of a symmetric matrix in rows whose lengths are rounded up to kBlock: entry (i, j <= i) lies at
// row_offset(i) + j. Rows are aligned to 16 bytes, neighbours in a row are neighbours in memory. 64-bit throughout:
// n^2 overflows 32 bits from n = 46,341 on.
#pragma once

#include <cstdint>

#include "seam/host_device.hpp"

namespace burelu::cuda {

inline constexpr std::int64_t kBlock = 32;

BURELU_FORMULA std::int64_t row_width(std::int64_t i) { return (i / kBlock + 1) * kBlock; }

BURELU_FORMULA std::int64_t row_offset(std::int64_t i) {
  const std::int64_t block = i / kBlock;
  return kBlock * (block + 1) * (kBlock * block / 2 + (i - kBlock * block));
}

BURELU_FORMULA std::int64_t padded(std::int64_t rows) { return (rows + kBlock - 1) / kBlock * kBlock; }

/// Entries stored for a matrix of this many rows.
BURELU_FORMULA std::int64_t triangle_size(std::int64_t rows) { return row_offset(padded(rows)); }

}  // namespace burelu::cuda
