// Teams over OpenMP: the library's only parallel region.
#include "linalg/team.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <mutex>

#include "linalg/cgroup.hpp"

namespace burelu {
namespace {

/// The exception of the first part that threw.
class Failure {
 public:
  void keep(int part) {
    const std::lock_guard lock(mutex_);
    if (error_ && part_ < part) return;
    part_ = part;
    error_ = std::current_exception();
  }
  void raise() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  int part_ = 0;
  std::exception_ptr error_;
};

/// Threads of a region that asks for `threads`: the runtime may give fewer (OMP_DYNAMIC, a limit).
int given(int threads) {
  if (threads <= 1 || omp_in_parallel() != 0) return 1;
  if (omp_get_dynamic() == 0 && omp_get_thread_limit() >= threads) return threads;
  int size = 1;
#pragma omp parallel num_threads(threads)
  {
#pragma omp single
    size = omp_get_num_threads();
  }
  return size;
}

}  // namespace

ThreadLimits thread_limits() {
  ThreadLimits out;
  out.in_parallel = omp_in_parallel() != 0;
  out.by_default = omp_get_max_threads();
  out.contention = omp_get_thread_limit();
  out.processors = omp_get_num_procs();
  out.quota = cgroup_processors();
  return out;
}

int resolve_threads(int requested, const ThreadLimits& limits) {
  if (limits.in_parallel) return 1;
  const int wanted = requested > 0 ? requested : limits.by_default;
  const int allowed = std::min({wanted, limits.contention, limits.processors});
  return std::max(1, limits.quota < allowed ? static_cast<int>(std::ceil(limits.quota)) : allowed);
}

int resolve_threads(int requested) { return given(resolve_threads(requested, thread_limits())); }

Team::Team(int threads) : size_(given(threads)) {}

Team Team::current() { return Team(omp_get_max_threads()); }

// A region may have fewer threads than parts: each thread goes on with the part that is as many further on.
void Team::launch(Call call, const void* work) const {
  if (size_ == 1 || omp_in_parallel() != 0) {
    for (int part = 0; part < size_; ++part) call(work, part);
    return;
  }
  Failure failure;
#pragma omp parallel num_threads(size_)
  {
    omp_set_num_threads(1);  // of this thread in this region only
    for (int part = omp_get_thread_num(); part < size_; part += omp_get_num_threads()) {
      try {
        call(work, part);
      } catch (...) {
        failure.keep(part);
      }
    }
  }
  failure.raise();
}

}  // namespace burelu
