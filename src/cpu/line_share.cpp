#include "cpu/line_share.hpp"

#include <algorithm>

namespace burelu {
namespace {

constexpr index_t kMostGroups = 64;  // what is summed over them stays small beside F
constexpr index_t kFewestLines = 2 * LineShare::kUnit;

index_t lines_of_group(index_t m) {
  const index_t wanted = std::max((m + kMostGroups - 1) / kMostGroups, kFewestLines);
  return (wanted + LineShare::kUnit - 1) / LineShare::kUnit * LineShare::kUnit;
}

}  // namespace

int LineShare::groups(index_t m) {
  const index_t lines = lines_of_group(m);
  return static_cast<int>((m + lines - 1) / lines);
}

bool LineShare::worth_sharing(index_t m) { return m >= 2 * kFewestLines; }

LineShare::LineShare(const RelaxationData& data, Ranks& ranks)
    : ranks_(&ranks), m_(data.m), group_lines_(lines_of_group(data.m)) {
  const int count = groups(m_);
  const int size = ranks.size();
  for (int g = 0; g < count; ++g) {
    const int turn = g / size % 2 == 0 ? g % size : size - 1 - g % size;
    owner_.push_back(turn);
    LineGroup group{};
    group.begin = g * group_lines_;
    group.end = std::min(group.begin + group_lines_, m_);
    const auto at = [&](index_t line) {
      return std::lower_bound(data.negative.begin(), data.negative.end(), line) - data.negative.begin();
    };
    group.first_negative = at(group.begin);
    group.last_negative = at(group.end);
    group.rank = turn;
    all_.push_back(group);
  }
  std::stable_sort(all_.begin(), all_.end(), [](const LineGroup& a, const LineGroup& b) { return a.rank < b.rank; });
  plan_.ranks = &ranks;
  plan_.order.resize(static_cast<std::size_t>(count) + 1);
  for (int k = 0; k < size; ++k) deal(k);
}

void LineShare::deal(int rank) {
  index_t local = 0;
  index_t loss = 0;
  auto slot = static_cast<int>(plan_.ends.empty() ? 0 : plan_.ends.back());
  for (LineGroup& group : all_) {
    if (group.rank != rank) continue;
    group.local = local;
    group.loss = loss;
    group.slot = slot;
    local += group.lines();
    loss += group.lines() + group.negatives();
    plan_.order[static_cast<std::size_t>(group.begin / group_lines_)] = slot++;
    if (rank == ranks_->rank()) own_.push_back(group);
  }
  if (rank == 0) plan_.order.back() = slot++;
  plan_.ends.push_back(slot);
  line_ends_.push_back(local + (line_ends_.empty() ? 0 : line_ends_.back()));
  if (rank == ranks_->rank()) {
    lines_ = local;
    loss_rows_ = loss;
  }
}

}  // namespace burelu
