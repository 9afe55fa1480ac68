// Directions with large h that a search comes upon: apart from each other, the highest kept.
#pragma once

#include <vector>

#include "branch/kinks.hpp"

namespace burelu {

/// A direction y of the cube with its h.
struct Peak {
  double value = 0.0;
  std::vector<double> y;
};

class Peaks {
 public:
  explicit Peaks(const Kinks& kinks) : k_(&kinks) {}

  void add(double value, const double* y);
  /// In their order: adding them to others one after the other does not depend on who found them.
  std::vector<Peak> list() const;
  void clear() { entries_.clear(); }
  /// The highest first.
  std::vector<Peak> take();

 private:
  struct Entry {
    Peak peak;
    std::vector<double> dual;  // M y
    double length = 0.0;       // (y'M y)^1/2
  };
  std::size_t lowest() const;

  const Kinks* k_;
  std::vector<Entry> entries_;
  double least_ = 0.0;
};

}  // namespace burelu
