// stdio; nothing here may throw on the way to standard error.
#include "app/messages.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "burelu/errors.hpp"

namespace burelu::app {
namespace {

[[noreturn]] void fail() {
  throw DataError(std::string("cannot write to standard output (") + std::strerror(errno) +
                  "); free the disk or redirect it to another place");
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail();
}

void finish_output() {
  if (std::fflush(stdout) != 0) fail();
}

void complain(std::string_view text) {
  const std::string line = "burelu: " + std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

Warn warnings(LogLevel level) {
  if (level < LogLevel::warning) return {};
  return [](const std::string& text) { complain("warning: " + text); };
}

}  // namespace burelu::app
