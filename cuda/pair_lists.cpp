#include "pair_lists.hpp"

#include <algorithm>
#include <utility>

namespace burelu::cuda {
namespace {

// Of the first lists of a solve, the longest ones; those of solved problems have 5 to 30.
constexpr std::int64_t kLeastPerRow = 40;    // Settings::most of a solve, which grows with the rows, ...
constexpr std::int64_t kMostPerRow = 160;    // ... to begin with
constexpr std::int64_t kFewPairs = 1 << 16;  // 8 MB
constexpr std::int64_t kEntryDoubles = 3;    // of one side: column, weight, T', T'+ of the last update
constexpr std::int64_t kDraftDoubles = 3;    // a pair

}  // namespace

std::int64_t first_capacity(std::int64_t rows, std::int64_t wanted) {
  const std::int64_t all = std::min(rows * (rows - 1) / 2, kMostPairs);
  const std::int64_t per_row = std::clamp(rows / 400, kLeastPerRow, kMostPerRow);
  return std::clamp(wanted > 0 ? wanted : std::max(per_row * rows, kFewPairs), std::int64_t{1}, all);
}

PairLists::Side::Side(std::int64_t rows, std::int64_t capacity, const Stream& stream)
    : offset(rows + 1, stream),
      column(2 * capacity, stream),
      weight(2 * capacity, stream),
      multiplier(2 * capacity, stream),
      previous(2 * capacity, stream) {}

PairArrays PairLists::Side::view() const {
  return {offset.data(), column.data(), weight.data(), multiplier.data(), previous.data()};
}

std::int64_t PairLists::doubles(std::int64_t rows, std::int64_t capacity) {
  const std::int64_t state = (std::int64_t{sizeof(ListState)} + 7) / 8;
  return (4 * kEntryDoubles + kDraftDoubles) * capacity + 3 * (rows + 1) + state;
}

PairLists::PairLists(std::int64_t rows, std::int64_t capacity, const Stream& stream, State* state)
    : stream_(stream),
      rows_(rows),
      capacity_(capacity),
      first_(rows, capacity, stream),
      second_(rows, capacity, stream),
      counts_(rows + 1, stream),
      list_(1, stream) {
  allocate_draft();
  first_.offset.zero();
  write_list(stream_, list_.data(), state, view(first_, second_));
}

void PairLists::allocate_draft() { draft_ = DeviceBuffer<double>(kDraftDoubles * capacity_, stream_); }

ListState PairLists::view(const Side& now, const Side& next) const {
  ListState list{};
  list.now = now.view();
  list.next = next.view();
  auto* numbers = reinterpret_cast<std::int32_t*>(draft_.data());
  list.draft = {numbers, numbers + 2 * capacity_, numbers + 4 * capacity_};
  list.capacity = capacity_;
  return list;
}

std::int64_t PairLists::most_capacity(std::int64_t free) const {
  const std::int64_t side = (free / 8 - rows_ - 1) / (2 * kEntryDoubles);
  return std::min(side, capacity_ + free / 8 / (4 * kEntryDoubles + kDraftDoubles));
}

// Which of the two sides the list is in is known on the device only: it moves to a third one.
void PairLists::grow(std::int64_t capacity, State* state) {
  Side larger(rows_, capacity, stream_);
  capacity_ = capacity;
  move_list(stream_, list_.data(), state, view(larger, larger), rows_);
  first_ = Side();  // released before the others are asked for
  second_ = Side();
  draft_ = {};
  first_ = std::move(larger);
  second_ = Side(rows_, capacity, stream_);
  allocate_draft();
  write_list(stream_, list_.data(), state, view(first_, second_));
}

void PairLists::take(std::vector<ListedPair> pairs, State* state, const RowShare& share) {
  const auto count = static_cast<std::int64_t>(pairs.size());
  if (count > capacity_) grow(count, state);
  pairs.reserve(2 * pairs.size());
  for (std::int64_t k = 0; k < count; ++k) {
    ListedPair other = pairs[static_cast<std::size_t>(k)];
    std::swap(other.i, other.j);
    pairs.push_back(other);
  }
  std::erase_if(pairs, [&share](const ListedPair& pair) { return !share.has(pair.i); });
  const auto entries = static_cast<std::int64_t>(pairs.size());
  std::sort(pairs.begin(), pairs.end(),
            [](const ListedPair& a, const ListedPair& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); });
  std::vector<std::int64_t> offset(static_cast<std::size_t>(rows_) + 1, 0);
  std::vector<std::int32_t> column;
  std::vector<double> multiplier;
  std::vector<double> previous;
  for (const ListedPair& pair : pairs) {
    ++offset[static_cast<std::size_t>(pair.i) + 1];
    column.push_back(pair.j);
    multiplier.push_back(pair.multiplier);
    previous.push_back(pair.previous);
  }
  for (std::size_t p = 1; p < offset.size(); ++p) offset[p] += offset[p - 1];
  first_.offset.write(stream_, offset.data(), rows_ + 1);
  first_.column.write(stream_, column.data(), entries);
  first_.multiplier.write(stream_, multiplier.data(), entries);
  first_.previous.write(stream_, previous.data(), entries);
  write_list(stream_, list_.data(), state, view(first_, second_));
}

}  // namespace burelu::cuda
