// What Python is asked, and how it answers, while the library works without the interpreter's lock.
//
// Only the calling thread asks: Python's signals are handled by its main thread alone, and a callback is promised the
// thread that it was passed from. The lock is taken at most every 50 ms for that. After Ctrl-C, or where a callback
// returns False, the library ends with what it has; a second Ctrl-C, and any other exception, is raised once it has.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "burelu/options.hpp"

namespace burelu_python {

namespace nb = nanobind;

class Listener {
 public:
  /// With the lock. `progress` may be None.
  explicit Listener(nb::object progress) : progress_(std::move(progress)) {}

  /// The options keep a reference to this object.
  void attach(burelu::SolveOptions& options);

  /// From the calling thread, without the lock: takes what has come in meanwhile.
  void listen();

  /// Without the lock: what a callback says to a step; false where the work is to end.
  template <class Step>
  bool tell(const Step& step) {
    if (stop_) return false;
    const nb::gil_scoped_acquire lock;
    try {
      hear(progress_(step));
    } catch (nb::python_error& error) {
      take(std::move(error));
    }
    check_signals();
    return !stop_;
  }

  /// With the lock: raises what is to be raised.
  void finish();

  /// The same where there is no best so far: the first Ctrl-C is raised as well.
  void finish_whole();

 private:
  using Clock = std::chrono::steady_clock;
  bool stopped();
  void hear(const nb::object& answer);
  void check_signals();
  void take(nb::python_error error);

  nb::object progress_;
  const std::thread::id caller_ = std::this_thread::get_id();
  Clock::time_point asked_ = Clock::now();
  std::atomic<bool> stop_ = false;
  std::optional<nb::python_error> interrupt_;
  std::optional<nb::python_error> error_;
};

}  // namespace burelu_python
