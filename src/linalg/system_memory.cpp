// What the system has left. Alone in its file: the fuzzers (tests/fuzz/fuzzer.cpp) say less.
#include <fstream>
#include <limits>

#include "linalg/memory.hpp"

namespace burelu {

std::int64_t available_bytes() {
  std::ifstream in("/proc/meminfo");
  std::string name;
  std::int64_t kib = 0;
  while (in >> name >> kib) {
    if (name == "MemAvailable:") return kib * 1024;
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::numeric_limits<std::int64_t>::max();
}

}  // namespace burelu
