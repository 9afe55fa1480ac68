// The number of threads of what the calling thread does, for a scope.
#pragma once

namespace burelu {

class ThreadScope {
 public:
  /// Teams have as many threads as `resolve_threads` gives for the request (0: all); BLAS and OpenMP have one.
  explicit ThreadScope(int requested);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

  int threads() const { return threads_; }

 private:
  int blas_;
  int before_;
  int threads_;
};

}  // namespace burelu
