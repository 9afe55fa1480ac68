// Runs the built program through the shell, as a user would, and brings back what it said.
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/places.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::test {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// Runs a shell command inside the folder, with the folder of the built programs first in PATH and two threads.
inline Outcome run_shell(const ScratchFolder& folder, const std::string& command) {
  const std::string programs = program_dir().string();
  const ScratchFolder capture;
  const std::string line = "cd '" + folder.path() + "' && export PATH='" + programs + "':\"$PATH\" && { " + command +
                           "\n} >'" + capture.path("out") + "' 2>'" + capture.path("err") + "' </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), capture.read("out"), capture.read("err")};
}

inline Outcome run_burelu(const ScratchFolder& folder, const std::string& arguments) {
  return run_shell(folder, "burelu " + arguments);
}

inline std::size_t line_count(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace burelu::test
