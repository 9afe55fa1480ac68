// Teams over the workers of the calling thread.
#include "linalg/team.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <mutex>

#include "linalg/cgroup.hpp"
#include "linalg/thread_scope.hpp"
#include "linalg/workers.hpp"

namespace burelu {
namespace {

thread_local int scope_threads = 0;  // of the innermost ThreadScope; 0: there is none

bool in_parallel() { return Workers::working() || omp_in_parallel() != 0; }

int by_default() { return scope_threads > 0 ? scope_threads : omp_get_max_threads(); }

/// What a launch shares: the work, and the exception of the first part that threw.
struct Launch {
  void (*call)(const void* work, int part);
  const void* work;
  std::mutex mutex = {};
  int failed = 0;
  std::exception_ptr error = {};

  void keep(int part) {
    const std::lock_guard lock(mutex);
    if (error && failed < part) return;
    failed = part;
    error = std::current_exception();
  }
};

void serve(const void* data, int part) {
  auto& launch = *static_cast<Launch*>(const_cast<void*>(data));
  try {
    launch.call(launch.work, part);
  } catch (...) {
    launch.keep(part);
  }
}

}  // namespace

ThreadLimits thread_limits() {
  ThreadLimits out;
  out.in_parallel = in_parallel();
  out.by_default = by_default();
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

int resolve_threads(int requested) { return resolve_threads(requested, thread_limits()); }

Team::Team(int threads)
    : size_(threads <= 1 || in_parallel() ? 1 : 1 + Workers::of_this_thread().ensure(std::min(threads, kMost) - 1)) {}

Team Team::current() { return Team(std::min(by_default(), omp_get_thread_limit())); }

void Team::launch(Call call, const void* work) const {
  Launch launch{call, work};
  if (size_ > 1 && !in_parallel()) {
    Workers& workers = Workers::of_this_thread();  // of another thread than the one that made the team, maybe
    workers.run(workers.ensure(size_ - 1), size_, &serve, &launch);
  } else {
    for (int part = 0; part < size_; ++part) serve(&launch, part);
  }
  if (launch.error) std::rethrow_exception(launch.error);
}

ThreadScope::ThreadScope(int requested)
    : blas_(omp_get_max_threads()), before_(scope_threads), threads_(Team(resolve_threads(requested)).size()) {
  omp_set_num_threads(1);
  scope_threads = threads_;
}

ThreadScope::~ThreadScope() {
  omp_set_num_threads(blas_);
  scope_threads = before_;
}

}  // namespace burelu
