// info: what this build is and what it finds on this machine; of data, its sizes and gamma_max.
#include <cblas.h>

#include <fmt/format.h>

#include <fstream>
#include <string>

#include "app/commands.hpp"
#include "app/crew.hpp"
#include "app/exit_codes.hpp"
#include "app/messages.hpp"
#include "app/read_data.hpp"
#include "app/summary.hpp"
#include "burelu/gamma_max.hpp"
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

namespace {

int data_info(const Arguments& arguments) {
  Dataset data = training_data(read_data(arguments), arguments.choice, warnings(arguments.level())).train;
  const GammaMax largest = gamma_max(data.problem(1.0), arguments.options.solve);
  SummaryRows rows = {
      {"data", data.source},
      {"samples", std::to_string(data.X.rows)},
      {"features", std::to_string(data.X.cols)},
      {data.outputs.classes ? "classes" : "targets", std::to_string(data.Y.cols)},
      {"gamma_max", fmt::format("at least {:.6g}, at most {:.6g} ({})", largest.lower, largest.upper,
                                largest.branched ? "proven by branch and bound" : "proven by the relaxation")},
      {"meaning", "from that gamma on no network of any width is better than none"},
      {"--gamma 5%",
       fmt::format("{:.6g}, where train and bound begin without --gamma", kDefaultGammaShare * largest.upper)}};
  print(aligned(rows));
  return kSolved;
}

}  // namespace

int run_info(const Arguments& arguments) {
  if (!arguments.data.empty()) return data_info(arguments);
  SummaryRows rows = {{"version", fmt::format("burelu {}", kVersion)},
                      {"commit", or_none(kGitCommit)},
                      {"build", fmt::format("{}, {}", or_none(kBuildType), kCompiler)},
                      {"sanitizers", or_none(kSanitizers)},
                      {"backends", kWithCuda ? "cpu, cuda" : "cpu"},
                      {"CUDA", kCudaBuild},
                      {"BLAS", blas_name()},
                      {"OpenMP", fmt::format("{}, {} threads", _OPENMP, resolve_threads(0))},
                      {"ranks", mpi_name()},
                      {"device cpu", cpu_name()}};
  for (const auto& [name, description] : cuda_device_lines()) rows.push_back({name, description});
  print(aligned(rows));
  return kSolved;
}

}  // namespace burelu::app
