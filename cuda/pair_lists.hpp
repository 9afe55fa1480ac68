// Owner of the arrays of the list: how many there are, how they grow, how a list comes from the host.
#pragma once

#include "pair_list.hpp"
#include "resources.hpp"
#include "row_share.hpp"
#include "seam/backend_state.hpp"

namespace burelu::cuda {

/// Pairs there is room for to begin with: `wanted`, or, where that is 0, what most solves need; never more than there
/// are.
std::int64_t first_capacity(std::int64_t rows, std::int64_t wanted);

class PairLists {
 public:
  /// Room for `capacity` pairs of `rows` rows of F; an empty list. `state` is told.
  PairLists(std::int64_t rows, std::int64_t capacity, const Stream& stream, State* state);

  /// Doubles on the device: 15 a pair, 3 a row.
  static std::int64_t doubles(std::int64_t rows, std::int64_t capacity);

  ListState* list() const { return list_.data(); }
  Counter* counts() const { return counts_.data(); }
  std::int64_t capacity() const { return capacity_; }
  /// The draft as room for what goes to the host: `capacity` of ListedPair or Multiplier.
  template <class T>
  T* outgoing() const {
    static_assert(sizeof(T) <= 3 * sizeof(double));
    return reinterpret_cast<T*>(draft_.data());
  }

  /// Pairs that there can be room for where so many bytes are free beside it: the old arrays are there until the list
  /// has moved.
  std::int64_t most_capacity(std::int64_t free) const;
  /// More room, and the list stays. Nothing waits; `MemoryError` where there is not enough, and then nothing changes
  /// unless the second half of the room is missing.
  void grow(std::int64_t capacity, State* state);
  /// These pairs, i > j, each once, become the list, with T in place of T' and without weights; of them the entries of
  /// the rows of a share.
  void take(std::vector<ListedPair> pairs, State* state, const RowShare& share = {});

 private:
  struct Side {
    DeviceBuffer<std::int64_t> offset;
    DeviceBuffer<std::int32_t> column;
    DeviceBuffer<float> weight;
    DeviceBuffer<double> multiplier, previous;

    Side() = default;
    Side(std::int64_t rows, std::int64_t capacity, const Stream& stream);
    PairArrays view() const;
  };
  ListState view(const Side& now, const Side& next) const;
  void allocate_draft();

  const Stream& stream_;
  std::int64_t rows_, capacity_;
  Side first_, second_;
  DeviceBuffer<double> draft_;
  DeviceBuffer<Counter> counts_;
  DeviceBuffer<ListState> list_;
};

}  // namespace burelu::cuda
