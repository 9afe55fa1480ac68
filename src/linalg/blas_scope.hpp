// The calling thread's BLAS on one thread, for a scope.
#pragma once

#include <omp.h>

namespace burelu {

class BlasScope {
 public:
  BlasScope() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~BlasScope() { omp_set_num_threads(before_); }
  BlasScope(const BlasScope&) = delete;
  BlasScope& operator=(const BlasScope&) = delete;

 private:
  int before_;
};

}  // namespace burelu
