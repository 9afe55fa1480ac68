// OpenMP's thread count belongs to the calling thread, and the BLAS follows it: set for a scope, restored on exit.
#pragma once

#include <omp.h>

#include <algorithm>

namespace burelu {

/// Number of CPU threads for a request (0: all).
inline int resolve_threads(int requested) { return requested > 0 ? requested : std::max(1, omp_get_max_threads()); }

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
