#include "branch/box.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace burelu {
namespace {

std::uint64_t all_directions(index_t outputs) {
  if (outputs == 1) return 3;
  return outputs == 2 ? ~std::uint64_t{0} : 1;
}

}  // namespace

std::vector<Box> covering(index_t dims, index_t outputs) {
  std::vector<Box> out;
  for (index_t j = 0; j < dims; ++j)
    for (const double side : {-1.0, 1.0}) {
      Box box{};
      std::fill_n(box.low, dims, -1.0);
      std::fill_n(box.high, dims, 1.0);
      box.low[j] = box.high[j] = side;
      box.open = all_directions(outputs);
      box.bound = std::numeric_limits<double>::infinity();
      out.push_back(box);
    }
  return out;
}

Box halve(Box& box, int axis) {
  Box upper = box;
  box.high[axis] = upper.low[axis] = 0.5 * (box.low[axis] + box.high[axis]);
  return upper;
}

Sector sector(int first, int count) {
  constexpr int kEdge = 1 << kFinest;
  const int edge = first / kEdge;
  const auto on_edge = [&](int step) { return 2.0 * step / kEdge - 1.0; };  // exact
  const double low = on_edge(first % kEdge);
  const double high = on_edge(first % kEdge + count);
  const double middle = 0.5 * (low + high);
  const double size = std::hypot(1.0, middle);
  const auto cosine = [&](double end) { return (1.0 + middle * end) / (size * std::hypot(1.0, end)); };
  const double side = (edge % 2 == 0 ? 1.0 : -1.0) / size;
  Sector out{{side, middle / size}, std::min(cosine(low), cosine(high)) * (1.0 - 1e-12)};
  if (edge >= 2) std::swap(out.middle[0], out.middle[1]);
  return out;
}

}  // namespace burelu
