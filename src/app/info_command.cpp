// info: what this build is and what it finds on this machine.
#include <cblas.h>

#include <fmt/format.h>

#include <fstream>
#include <string>

#include "app/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/messages.hpp"
#include "app/summary.hpp"
#include "burelu/version.hpp"
#include "driver/devices.hpp"
#include "linalg/team.hpp"

namespace burelu::app {
namespace {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

std::string blas_name() {
#ifdef OPENBLAS_VERSION
  return fmt::format("{} ({})", openblas_get_config(), openblas_get_corename());
#else
  return "CBLAS of unknown make";
#endif
}

std::string or_none(const char* text) { return *text == '\0' ? "none" : text; }

}  // namespace

int run_info() {
  SummaryRows rows = {{"version", fmt::format("burelu {}", kVersion)},
                      {"commit", or_none(kGitCommit)},
                      {"build", fmt::format("{}, {}", or_none(kBuildType), kCompiler)},
                      {"sanitizers", or_none(kSanitizers)},
                      {"backends", kWithCuda ? "cpu, cuda" : "cpu"},
                      {"CUDA", kCudaBuild},
                      {"BLAS", blas_name()},
                      {"OpenMP", fmt::format("{}, {} threads", _OPENMP, resolve_threads(0))},
                      {"device cpu", cpu_name()}};
  for (const auto& [name, description] : cuda_device_lines()) rows.push_back({name, description});
  print(aligned(rows));
  return kSolved;
}

}  // namespace burelu::app
