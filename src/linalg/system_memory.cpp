// What the system has left. Alone in its file: the fuzzers (tests/fuzz/fuzzer.cpp) say less.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "linalg/memory.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::max();

std::int64_t machine_bytes() {
  std::ifstream in("/proc/meminfo");
  std::string name;
  std::int64_t kib = 0;
  while (in >> name >> kib) {
    if (name == "MemAvailable:") return kib * 1024;
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return kUnknown;
}

/// Field of /proc/self/statm, pages: 0 all of the address space, 5 data and stack.
std::int64_t used_bytes(int field) {
  std::ifstream in("/proc/self/statm");
  std::int64_t pages = 0;
  for (int k = 0; k <= field; ++k)
    if (!(in >> pages)) return 0;
  return pages * ::sysconf(_SC_PAGESIZE);
}

std::int64_t left_of(int limit, int field) {
  rlimit bounds{};
  if (::getrlimit(static_cast<__rlimit_resource>(limit), &bounds) != 0 || bounds.rlim_cur == RLIM_INFINITY)
    return kUnknown;
  const auto most = static_cast<std::int64_t>(std::min<rlim_t>(bounds.rlim_cur, kUnknown));
  return std::max<std::int64_t>(0, most - used_bytes(field));
}

}  // namespace

std::int64_t available_bytes() { return std::min({machine_bytes(), left_of(RLIMIT_AS, 0), left_of(RLIMIT_DATA, 5)}); }

}  // namespace burelu
