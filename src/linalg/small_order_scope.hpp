// Small matrices are factorised by one thread: starting a team costs more than a factorisation of order 30.
#pragma once

#include <omp.h>

#include "burelu/matrix.hpp"

namespace burelu {

/// While it lives, BLAS calls of this thread use one thread if the order is small. Restores what was there.
class SmallOrderScope {
 public:
  explicit SmallOrderScope(index_t order) : before_(omp_get_max_threads()) {
    if (order < kLarge) omp_set_num_threads(1);
  }
  ~SmallOrderScope() { omp_set_num_threads(before_); }
  SmallOrderScope(const SmallOrderScope&) = delete;
  SmallOrderScope& operator=(const SmallOrderScope&) = delete;

 private:
  static constexpr index_t kLarge = 300;
  int before_;
};

}  // namespace burelu
