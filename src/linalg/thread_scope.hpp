// The number of threads of what the calling thread does, teams and BLAS alike, restored at the end of the scope.
//
// OpenBLAS splits a product by omp_get_max_threads() and waits for ever where the region has fewer threads
// (OMP_DYNAMIC, OMP_THREAD_LIMIT): within the scope the number is one that the runtime gives, and stays so.
#pragma once

#include <omp.h>

#include "linalg/team.hpp"

namespace burelu {

class ThreadScope {
 public:
  /// As many as `resolve_threads` gives for the request (0: all).
  explicit ThreadScope(int requested)
      : before_(omp_get_max_threads()), dynamic_(omp_get_dynamic()), threads_(resolve_threads(requested)) {
    omp_set_dynamic(0);
    omp_set_num_threads(threads_);
  }
  ~ThreadScope() {
    omp_set_num_threads(before_);
    omp_set_dynamic(dynamic_);
  }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

  int threads() const { return threads_; }

 private:
  int before_;
  int dynamic_;
  int threads_;
};

}  // namespace burelu
