// OpenMP's thread count belongs to the calling thread, and the BLAS follows it: set for a scope, restored on exit.
#pragma once

#include <omp.h>

namespace burelu {

class ThreadScope {
 public:
  explicit ThreadScope(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~ThreadScope() { omp_set_num_threads(before_); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

}  // namespace burelu
