// Whole solves on the CPU and on a CUDA device in one run: evaluations and seconds until the certified bound is within
// a gap of the optimum, as far as the runs know it: the best of their final bounds and objectives.
//
// usage: bench_solve [options] DATA@GAMMA[+standardize][+bias] ...
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "burelu/errors.hpp"
#include "driver/solve_with.hpp"
#include "instance.hpp"
#include "targets.hpp"

namespace burelu::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<double, 5> kGaps = {1e-1, 1e-2, 1e-3, 1e-4, 1e-5};

struct Settings {
  std::vector<std::string> instances;
  SolveOptions options;
  std::string json_path;
  std::string command = "bench_solve";
};

Json row_of(const Target& target, const Relaxation& run, double optimum) {
  Json row = {{"target", target.name},
              {"status", to_string(run.status)},
              {"evaluations", run.evaluations},
              {"seconds", run.seconds.total},
              {"iteration_seconds", run.seconds.solve},
              {"certify_seconds", run.seconds.certify},
              {"objective", run.objective},
              {"infeasibility", run.infeasibility},
              {"lower_bound", run.lower_bound},
              {"gap", (optimum - run.lower_bound) / std::fabs(optimum)},
              {"rank", run.rank},
              {"host_waits", run.host_waits},
              {"checks", run.checks}};
  for (const double gap : kGaps) {
    const HistoryEntry* entry = reached(run, optimum, gap);
    row["to_gap"][fmt::format("{:g}", gap)] =
        entry == nullptr ? Json() : Json{{"evaluations", entry->evaluations}, {"seconds", entry->seconds}};
  }
  return row;
}

void print(const Json& row) {
  fmt::print("  {:5} {:16} {:7} evaluations {:9.3f} s ({:.3f} s certificates), gap {:.1e};",
             row["target"].get<std::string>(), row["status"].get<std::string>(), row["evaluations"].get<std::int64_t>(),
             row["seconds"].get<double>(), row["certify_seconds"].get<double>(), row["gap"].get<double>());
  for (const auto& [gap, at] : row["to_gap"].items())
    if (!at.is_null())
      fmt::print(" {}: {} in {:.3f} s", gap, at["evaluations"].get<std::int64_t>(), at["seconds"].get<double>());
  fmt::print("\n");
}

Json measure(const Instance& instance, const Settings& settings, const std::vector<Target>& all) {
  const Dataset data = instance.data();
  Json out = {
      {"name", instance.name()}, {"gamma", instance.gamma}, {"n", data.X.rows}, {"d", data.X.cols}, {"c", data.Y.cols}};
  fmt::print("{}: n {}, d {}, c {}, gamma {:g}\n", instance.name(), data.X.rows, data.X.cols, data.Y.cols,
             instance.gamma);
  std::vector<Relaxation> runs;
  double optimum = -kInfinity;
  for (const Target& target : all) {
    runs.push_back(solve_with(data.problem(instance.gamma), settings.options, *target.device));
    optimum = std::fmax(optimum, runs.back().lower_bound);
  }
  for (const Relaxation& run : runs) optimum = std::fmax(optimum, run.objective);
  out["optimum"] = optimum;
  for (std::size_t k = 0; k < all.size(); ++k) {
    out["targets"].push_back(row_of(all[k], runs[k], optimum));
    print(out["targets"].back());
  }
  return out;
}

int run(const Settings& settings) {
  std::string missing;
  const std::vector<Target> all = targets({}, missing);
  if (!missing.empty()) fmt::print("CPU only: {}\n", missing);
  Json document = {{"command", settings.command},
                   {"environment", environment(all, missing)},
                   {"tolerance", settings.options.tolerance},
                   {"time_limit", settings.options.time_limit},
                   {"max_evaluations", settings.options.max_evaluations}};
  for (const std::string& text : settings.instances) {
    document["instances"].push_back(measure(parse_instance(text), settings, all));
    if (!settings.json_path.empty()) std::ofstream(settings.json_path) << document.dump(1) << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace burelu::bench

int main(int argc, char** argv) {
  burelu::bench::Settings settings;
  burelu::SolveOptions& options = settings.options;
  options.bound = burelu::BoundMethod::relaxation;
  CLI::App app("Time and evaluations to certified gaps, CPU against CUDA");
  app.add_option("instances", settings.instances, "DATA@GAMMA[+standardize][+bias]")->required();
  app.add_option("--tol", options.tolerance)->capture_default_str();
  app.add_option("--max-evaluations", options.max_evaluations, "of each solve")->capture_default_str();
  app.add_option("--time-limit", options.time_limit, "seconds of each solve, 0: none")->capture_default_str();
  app.add_option("--rank", options.rank, "0 chooses")->capture_default_str();
  app.add_option("--threads", options.threads, "0: all")->capture_default_str();
  app.add_option("--json", settings.json_path, "write everything there");
  CLI11_PARSE(app, argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what was measured stays in the log where a limit of time ends the run
  for (int k = 1; k < argc; ++k) settings.command += std::string(" ") + argv[k];
  try {
    return burelu::bench::run(settings);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_solve: {}\n", error.what());
    return 1;
  }
}
