// The exceptions burelu throws. What an optimisation came to is never an exception: see `Status` in result.hpp.
#pragma once

#include <stdexcept>
#include <string>

#include "burelu/export.hpp"

namespace burelu {

/// Data that cannot be used: wrong shape, NaN, infinity, overflow, an unreadable or malformed file.
/// The message names the place (file, row, column where they apply) and what to do. Command line: exit code 3.
class BURELU_API DataError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// A device that is absent or that failed, with the call and the place. Command line: exit code 5.
class BURELU_API DeviceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The problem needs more memory than there is; said before allocating, with the estimate. Command line: exit code 6.
class BURELU_API MemoryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace burelu
