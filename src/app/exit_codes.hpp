// The exit codes of the program: a contract with scripts.
#pragma once

#include "burelu/result.hpp"

namespace burelu::app {

inline constexpr int kSolved = 0;         ///< the tolerance was met
inline constexpr int kInternalError = 1;  ///< a bug
inline constexpr int kUsage = 2;
inline constexpr int kBadData = 3;
inline constexpr int kLimit = 4;  ///< a limit was reached first, or no progress; results are written
inline constexpr int kDeviceFailure = 5;
inline constexpr int kOutOfMemory = 6;
inline constexpr int kInterrupted = 130;  ///< results are written

inline int exit_code(Status status) {
  if (status == Status::solved) return kSolved;
  if (status == Status::device_failed) return kDeviceFailure;
  return status == Status::interrupted ? kInterrupted : kLimit;
}

}  // namespace burelu::app
