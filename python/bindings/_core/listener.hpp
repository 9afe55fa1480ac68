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

  /// With the lock: raises what is to be raised.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  bool stopped();
  bool tell(const burelu::Progress& progress);
  void check_signals();
  void take(nb::python_error error);

  nb::object progress_;
  const std::thread::id caller_ = std::this_thread::get_id();
  Clock::time_point asked_ = Clock::now();
  std::atomic<bool> stop_ = false;
  bool interrupted_ = false;
  std::optional<nb::python_error> error_;
};

}  // namespace burelu_python
