// Runs another program (gnuplot, sdpa, csdp) without a shell.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace burelu::study {

struct ChildResult {
  bool started = false;    ///< false: there is no such program
  bool stopped = false;    ///< it was ended at the time limit or on request
  int exit_code = -1;      ///< of a program that ended by itself
  double seconds = 0.0;    ///< wall clock
  double processor = 0.0;  ///< user and system time
};

struct ChildOptions {
  std::string output;                ///< file for its output and errors; empty: thrown away
  double time_limit = 0.0;           ///< seconds; 0: none
  std::function<bool()> keep_going;  ///< asked ten times a second; may be empty
};

/// Runs `arguments[0]`, found in PATH, and waits for its end.
ChildResult run_child(const std::vector<std::string>& arguments, const ChildOptions& options = {});

/// Full path of a program in PATH, or empty.
std::string find_program(const std::string& name);

}  // namespace burelu::study
