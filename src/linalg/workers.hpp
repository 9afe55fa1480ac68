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
  using Call = void (*)(const void* work, int part);

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
  /// call(work, part) for part = 0 .. parts - 1, each taken by whoever is free, here or on up to `count` workers;
  /// returns when all have ended. A worker that the system does not let run costs nothing: its part is done here.
  /// Nothing may be thrown.
  void run(int count, int parts, Call call, const void* work);

 private:
  struct Worker {
    alignas(64) std::atomic<std::uint32_t> asked = 0;  // jobs so far
    std::thread thread;
  };
  void serve(Worker& own);
  void take_parts();

  const pid_t process_;
  std::deque<Worker> workers_;
  std::atomic<bool> ended_ = false;
  Call call_ = nullptr;  // of this job, as `work_`: valid as long as a part that was taken is not done
  const void* work_ = nullptr;
  alignas(64) std::atomic<std::uint64_t> job_ = 0;   // its number, its parts, the next one to take: 32, 16, 16 bits
  alignas(64) std::atomic<std::uint32_t> left_ = 0;  // parts of it that are not done
};

}  // namespace burelu
