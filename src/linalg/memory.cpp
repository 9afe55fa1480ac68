#include "linalg/memory.hpp"

#include <cstdio>

#include "burelu/errors.hpp"

namespace burelu {

void require_memory(std::int64_t needed, std::int64_t available, const std::string& where, const std::string& advice) {
  if (needed <= available) return;
  throw MemoryError("the problem needs about " + readable_bytes(needed) + " on " + where + ", which has " +
                    readable_bytes(available) + " left: " + advice);
}

std::string readable_bytes(std::int64_t bytes) {
  const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1024.0 && unit < 5) {
    value /= 1024.0;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, value < 10.0 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return text;
}

}  // namespace burelu
