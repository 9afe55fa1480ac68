// Progress on standard error: one live line on a terminal, a line per check in a pipe.
#pragma once

#include <string>

#include "app/arguments.hpp"
#include "burelu/options.hpp"

namespace burelu::app {

/// One check in words: "  1200 evals  0.81 s  objective 8.1012  bound 8.0997  gap 1.8e-04 ..."
std::string progress_line(const Progress& progress, bool debug);

class ProgressPrinter {
 public:
  explicit ProgressPrinter(LogLevel level);
  ~ProgressPrinter();  ///< clears the live line
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

  /// Prints; false after an interrupt.
  bool operator()(const Progress& progress);

 private:
  LogLevel level_;
  bool live_;
  bool shown_ = false;
};

}  // namespace burelu::app
