// When long work has to end: a limit of time, and somebody's wish.
//
// Asked between factorisations and windows of descent, from any thread. Whoever asks keeps what was found so far.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

#include "linalg/clock.hpp"

namespace burelu {

class Stop {
 public:
  /// `seconds` from now, 0: no limit; `wish` may be empty.
  Stop(double seconds, std::function<bool()> wish) : limit_(seconds), wish_(std::move(wish)) {}

  /// Whether the limit passed or the wish was first seen `grace` seconds ago.
  bool due(double grace = 0.0) const {
    if (limit_ > 0.0 && clock_.seconds() >= limit_ + grace) return true;
    return wished() && clock_.seconds() >= wished_at_ + grace;
  }

  /// Whether somebody wished; never forgotten.
  bool wished() const {
    if (wished_at_ < kNever) return true;
    if (!wish_ || !wish_()) return false;
    double never = kNever;
    wished_at_.compare_exchange_strong(never, clock_.seconds());
    return true;
  }

 private:
  static constexpr double kNever = 1e300;
  Clock clock_;
  double limit_;
  std::function<bool()> wish_;
  mutable std::atomic<double> wished_at_ = kNever;
};

/// Where there may be nobody to ask.
inline bool due(const Stop* stop, double grace = 0.0) { return stop != nullptr && stop->due(grace); }

}  // namespace burelu
