// The threads of the host: how many there may be, and every parallel loop of the library.
//
// A Team has a fixed number of parts, the number of threads that there really are when it is made. Work is split by
// parts, so that results depend on size() alone. Inside a parallel region, the caller's or a team's, a new team has one
// part, and BLAS runs on one thread always (dense.hpp): one level of threads at a time. The threads are workers.hpp's.
#pragma once

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdint>

namespace burelu {

/// What bounds the number of threads of the calling thread, apart from what is asked for.
struct ThreadLimits {
  bool in_parallel = false;  ///< inside a team's work or an OpenMP region with more than one thread
  int by_default = 1;        ///< of the scope, else OMP_NUM_THREADS, omp_set_num_threads or the processors
  int contention = INT_MAX;  ///< OMP_THREAD_LIMIT
  int processors = INT_MAX;  ///< of the affinity mask
  double quota = 1e9;        ///< processors' worth of time that the control groups allow
};

/// Those of the calling thread, now.
ThreadLimits thread_limits();

/// The number of threads for a request (0: all) under these limits; at least 1. A broken quota counts as a whole.
int resolve_threads(int requested, const ThreadLimits& limits);

/// The same under the limits of the calling thread.
int resolve_threads(int requested);

class Team {
 public:
  /// One thread.
  Team() = default;
  /// `threads` of them, or as many fewer as the system gives. Not bounded by the processors: see `resolve_threads`.
  explicit Team(int threads);
  /// Those of the scope (thread_scope.hpp) or of the caller's OpenMP settings.
  static Team current();

  int size() const { return size_; }

  /// work(part) for all parts 0 .. size() - 1, side by side. Where some throw, the exception of the first one arrives
  /// here, after all have ended.
  template <class Work>
  void run(const Work& work) const {
    launch(&part_of<Work>, &work);
  }

  /// work(part, begin, end): equal shares of 0 .. count - 1, their boundaries multiples of `unit`; some may be empty.
  template <class Work>
  void share(std::int64_t count, std::int64_t unit, const Work& work) const {
    const std::int64_t units = (count + unit - 1) / unit;
    run([&](int part) {
      const std::int64_t begin = std::min(units * part / size_ * unit, count);
      const std::int64_t end = std::min(units * (part + 1) / size_ * unit, count);
      work(part, begin, end);
    });
  }

  /// work(i) for i = 0 .. count - 1, each taken by whichever thread is free: for work of unequal length whose results
  /// do not depend on who does it.
  template <class Work>
  void each(std::int64_t count, const Work& work) const {
    std::atomic<std::int64_t> next = 0;
    run([&](int) {
      for (std::int64_t i = next++; i < count; i = next++) work(i);
    });
  }

 private:
  static constexpr int kMost = 1 << 15;
  using Call = void (*)(const void* work, int part);
  template <class Work>
  static void part_of(const void* work, int part) {
    (*static_cast<const Work*>(work))(part);
  }
  void launch(Call call, const void* work) const;

  int size_ = 1;
};

}  // namespace burelu
