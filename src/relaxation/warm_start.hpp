// Where a solve leaves off, for one of the same data with another gamma.
#pragma once

#include <vector>

#include "burelu/certificate.hpp"
#include "relaxation/start.hpp"

namespace burelu {

struct WarmStart {
  Point point;
  std::vector<Multiplier> multipliers;  ///< over rows of F, tied pairs left out
  double sigma = 0.0;
  double gamma = 0.0;  ///< presolved, of the factor

  bool empty() const { return point.Shat.cols == 0; }
};

/// As numbers, for a journal, and back: an empty one where they are none.
std::vector<double> numbers_of(const WarmStart& warm);
WarmStart warm_start_of(const std::vector<double>& numbers);

}  // namespace burelu
