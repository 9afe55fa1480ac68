// Sums over parts of the problem that several ranks may hold: each part has a slot, and the slots are added in the
// order of the parts, so that a sum does not depend on how many ranks or threads there are.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ranks/ranks.hpp"

namespace burelu {

struct SumPlan {
  std::vector<int> order;          ///< slots in the order of their parts
  std::vector<std::int64_t> ends;  ///< slots of rank k end here: they stand one rank after the other
  Ranks* ranks = &Ranks::solo();

  int slots() const { return static_cast<int>(order.size()); }
  /// All of one rank, in order.
  static SumPlan alone(int slots);
};

class SlotSums {
 public:
  SlotSums() = default;
  explicit SlotSums(SumPlan plan) : plan_(std::move(plan)) {}

  int slots() const { return plan_.slots(); }
  /// `width` zeros for each slot, to be filled for those of this rank.
  void begin(std::int64_t width);
  double* at(int slot) { return values_.data() + slot * width_; }
  /// What the other ranks have filled. All ranks call it.
  void exchange() { plan_.ranks->share(values_.data(), plan_.ends, width_); }
  /// Exchanges, and out[0 .. width) = the sums.
  void add_up(double* out);

 private:
  SumPlan plan_ = SumPlan::alone(1);
  std::int64_t width_ = 0;
  std::vector<double> values_;
};

}  // namespace burelu
