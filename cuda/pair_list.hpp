// Lists of pairs of rows of F on the device, by rows: every pair (p, q) stands in row p and in row q, columns
// ascending, so that each row's gradient is a sum of its own.
//
// Kernels find the arrays, and how much of them is in use, in a block of the device: neither a scan nor a list that
// grows changes what was recorded, and nothing waits for a size.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "seam/host_device.hpp"
#include "seam/pair_choice.hpp"
#include "state.hpp"

namespace burelu::cuda {

using Counter = unsigned long long;  ///< what atomicAdd takes

/// Entries have numbers of 32 bits, two a pair.
inline constexpr std::int64_t kMostPairs = (std::int64_t{1} << 30) - 1;

/// Entries offset[p] .. offset[p + 1] - 1 are those of row p.
struct PairArrays {
  std::int64_t* offset;
  std::int32_t* column;
  float* weight;       ///< w, with the importance of both rows
  double* multiplier;  ///< T' = T / w
  double* previous;    ///< T'+ of the last update

  /// Whether an entry stays on the list whatever its product is.
  BURELU_FORMULA bool carried(std::int64_t e) const { return multiplier[e] > 0.0 || previous[e] > 0.0; }

  /// The entry (p, q), or -1.
  BURELU_FORMULA std::int64_t find(std::int64_t p, std::int64_t q) const {
    std::int64_t low = offset[p];
    std::int64_t high = offset[p + 1];
    while (low < high) {
      const std::int64_t middle = (low + high) / 2;
      if (column[middle] < q)
        low = middle + 1;
      else
        high = middle;
    }
    return low < offset[p + 1] && column[low] == q ? low : -1;
  }
};

/// What a scan writes before there is a list: 24 bytes a pair. Between scans it carries pairs to the host.
struct PairDraft {
  std::int32_t* found;   ///< two rows for each new pair
  std::int32_t* column;  ///< of entries by rows, in no order
  std::int32_t* source;  ///< entry of the old list, -1: new
};

struct ListState {
  PairArrays now, next;  ///< the list, and where the next scan makes it
  PairDraft draft;
  std::int64_t capacity = 0;       ///< pairs
  Counter carried = 0;             ///< entries of the old list that stay, two a pair
  Counter fresh = 0;               ///< new pairs
  std::int64_t wanted = 0;         ///< pairs
  Counter bins[kCosineBins] = {};  ///< new pairs by their cosines
  PairChoice choice;               ///< those that fit
  std::int64_t most = 0;           ///< pairs that it should list (rules::list_room)
  int cutting = 0;                 ///< the scan found more than fits and looks again

  BURELU_FORMULA std::int64_t room() const { return capacity - static_cast<std::int64_t>(carried / 2); }

  /// What was found, and the bins that fit where it is too much; then `fresh` is counted again.
  BURELU_FORMULA void judge_room() {
    wanted = static_cast<std::int64_t>(carried / 2 + fresh);
    const std::int64_t left = fresh_room(most, capacity, static_cast<std::int64_t>(carried / 2));
    if (static_cast<std::int64_t>(fresh) <= left) return;
    cutting = 1;
    fresh = 0;
    choice = choose_pairs(bins, choice.margin, static_cast<double>(left));
  }
};

/// What weights are made of.
struct WeightView {
  const double* columns;     ///< X', d rows of m entries
  const double* norms;       ///< of the rows of X
  const double* importance;  ///< q per row of F
  std::int64_t m, d;
  double mean_kernel;

  std::int64_t rows() const { return 2 * m; }  ///< of F
};

struct PairView {
  ListState* list;
  State* state;
  WeightView weights;
};

/// The block, as an argument of a kernel: copied when it is queued. Says in Control how many pairs there is room for.
void write_list(cudaStream_t stream, ListState* list, State* state, const ListState& value);

/// Goes on in these arrays, which have more room and become `now` with what it has; `value.next` comes after it.
void move_list(cudaStream_t stream, ListState* list, State* state, const ListState& value, std::int64_t rows);

/// counts[0 .. rows - 1] to the sums of those before each, counts[rows] the total.
void sum_counts(cudaStream_t stream, Counter* counts, std::int64_t rows);

}  // namespace burelu::cuda
