#include "branch/box.hpp"

#include <algorithm>
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

}  // namespace burelu
