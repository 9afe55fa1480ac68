// The threads that the teams of one calling thread have beside itself.
//
// Why not OpenMP's: theirs go on spinning for milliseconds after every loop (libgomp's default), which beside other
// load takes the time slices of the thread that they wait for, ten times and more of the whole; the policy can only be
// set before the process starts. These look for work for some microseconds and then sleep.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <thread>

namespace burelu {

class Workers {
 public:
  using Call = void (*)(const void* work, int worker);

  /// Those of the calling thread, kept until it ends; after a fork new ones.
  static Workers& of_this_thread();
  /// Whether the calling thread is one, or runs its share of a team's work.
  static bool working();

  Workers();
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Makes as many as are missing to `count`; returns how many there are, at most `count`: the system may refuse.
  int ensure(int count);
  /// call(work, k) for k = 1 .. count on as many workers and for k = 0 here; returns when all have ended. Nothing may
  /// be thrown.
  void run(int count, Call call, const void* work);

 private:
  struct Worker {
    alignas(64) std::atomic<std::uint32_t> asked = 0;  // jobs so far
    std::thread thread;
  };
  void serve(Worker& own, int number);

  const pid_t process_;
  std::deque<Worker> workers_;
  Call call_ = nullptr;
  const void* work_ = nullptr;
  bool ended_ = false;
  alignas(64) std::atomic<std::uint32_t> busy_ = 0;
};

}  // namespace burelu
