// Errors of the command line itself.
#pragma once

#include <stdexcept>

namespace burelu::app {

/// Options that contradict each other or the data's kind. Exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace burelu::app
