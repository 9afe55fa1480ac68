// Progress on standard error: one live line on a terminal; in a pipe a line per check, ever fewer as they go on.
#pragma once

#include <cstdint>
#include <string>

#include "app/arguments.hpp"
#include "burelu/options.hpp"

namespace burelu::app {

/// One check in words: "  1200 evals  0.81 s  objective 8.1012  bound 8.0997  gap 1.8e-04 ...", and while networks are
/// trained "network  0.81 s  objective 9.0234  at most 10.2 % above the best".
std::string progress_line(const Progress& progress, bool debug);

/// When to print: often enough to see that something happens, rarely enough to read.
class ProgressThrottle {
 public:
  explicit ProgressThrottle(bool live) : live_(live) {}

  /// Whether to print this check, at `now` seconds. A live line is drawn at most ten times a second. In a pipe the
  /// first 20 checks of a phase get a line, then those that are 10 % of the evaluations further, some 25 a decade, and
  /// one after 10 % of the time so far, a minute at least; of the network, those that bring it down by 1e-4 and as many
  /// per decade of seconds.
  bool due(const Progress& progress, double now);

 private:
  bool due_in_pipe(const Progress& progress, double now);

  bool live_;
  std::string phase_;
  int shown_ = 0;                 // of this phase
  std::int64_t evaluations_ = 0;  // of the last line
  double start_ = -1.0;
  double last_ = -1e9;
  double network_ = 0.0;
  bool network_seen_ = false;
};

class ProgressPrinter {
 public:
  explicit ProgressPrinter(LogLevel level);
  ~ProgressPrinter();  ///< clears the live line, or prints the last check where it had none
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

  /// Prints where it is time to; false after an interrupt.
  bool operator()(const Progress& progress);

 private:
  LogLevel level_;
  bool live_;
  bool shown_ = false;
  std::string held_;  // the last check, where it got no line
  ProgressThrottle throttle_;
};

/// How far the reading of a file is, for files that take longer than a second.
class ReadPrinter {
 public:
  ReadPrinter(LogLevel level, std::string source);
  ~ReadPrinter();  ///< clears the live line
  ReadPrinter(const ReadPrinter&) = delete;
  ReadPrinter& operator=(const ReadPrinter&) = delete;

  void operator()(std::uint64_t done, std::uint64_t total);

 private:
  LogLevel level_;
  std::string source_;
  bool live_;
  bool shown_ = false;
  double start_;
  double last_;
};

/// "reading big.csv: 512 of 1024 MB"
std::string reading_line(const std::string& source, std::uint64_t done, std::uint64_t total);

}  // namespace burelu::app
