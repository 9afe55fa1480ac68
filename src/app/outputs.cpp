#include "app/outputs.hpp"

#include <filesystem>
#include <system_error>

#include "app/errors.hpp"
#include "formats/output_file.hpp"

namespace burelu::app {
namespace {

bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return !b.empty() && !std::filesystem::is_character_file(a, ignored) &&
         (a == b || std::filesystem::equivalent(a, b, ignored));
}

}  // namespace

void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs) {
  std::vector<std::string> seen = inputs;
  for (const std::string& path : outputs) {
    if (path.empty()) continue;
    for (const std::string& other : seen)
      if (same_file(path, other)) throw UsageError(path + " is named twice on the command line; name another output");
    check_writable(path);
    seen.push_back(path);
  }
}

}  // namespace burelu::app
