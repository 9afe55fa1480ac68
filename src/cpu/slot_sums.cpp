#include "cpu/slot_sums.hpp"

#include <algorithm>
#include <numeric>

namespace burelu {

SumPlan SumPlan::alone(int slots) {
  SumPlan plan;
  plan.order.resize(static_cast<std::size_t>(slots));
  std::iota(plan.order.begin(), plan.order.end(), 0);
  plan.ends = {slots};
  return plan;
}

void SlotSums::begin(std::int64_t width) {
  width_ = width;
  values_.assign(static_cast<std::size_t>(width) * plan_.order.size(), 0.0);
}

void SlotSums::add_up(double* out) {
  exchange();
  std::copy_n(at(plan_.order.front()), width_, out);
  for (std::size_t k = 1; k < plan_.order.size(); ++k) {
    const double* term = at(plan_.order[k]);
    for (std::int64_t i = 0; i < width_; ++i) out[i] += term[i];
  }
}

}  // namespace burelu
