// What the system says about itself.
#include "study/machine.hpp"

#include <omp.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <ctime>
#include <fstream>

#include "burelu/version.hpp"

namespace burelu::study {
namespace {

/// Processes that wanted a core over the last minute, before the study itself counts.
double load() {
  double average = -1.0;
  return getloadavg(&average, 1) == 1 ? average : -1.0;
}

}  // namespace

std::string cpu_field(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind(key, 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

double processor_seconds() {
  double sum = 0.0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
      sum += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  }
  return sum;
}

nlohmann::ordered_json machine() {
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

}  // namespace burelu::study
