// Where and how a study ran: what has to stand beside every measured figure.
#pragma once

#include <omp.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "burelu/version.hpp"

namespace burelu::bench {

/// Value of the first line of /proc/cpuinfo that begins with `key`; "unknown" elsewhere.
inline std::string cpu_field(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind(key, 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown";
}

inline std::string today() {
  const std::time_t now = std::time(nullptr);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
  return text;
}

/// Processes that wanted a core over the last minute, before the study itself counts.
inline double load() {
  double average = -1.0;
  return getloadavg(&average, 1) == 1 ? average : -1.0;
}

inline nlohmann::ordered_json machine() {
  utsname system{};
  uname(&system);
  return {{"cpu", cpu_field("model name")},
          {"cores", omp_get_num_procs()},
          {"system", std::string(system.sysname) + " " + system.release + " " + system.machine},
          {"compiler", kCompiler},
          {"build", kBuildType},
          {"version", kVersion},
          {"commit", kGitCommit},
          {"date", today()},
          {"load_before", load()}};
}

}  // namespace burelu::bench
