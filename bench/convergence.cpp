// Convergence study: evaluations until the certified bound is within 1e-1 ... 1e-4 of the optimum, where the run ended,
// the best network, seconds. Writes JSON (with the histories) and a Markdown table.
//
// usage: burelu_convergence [options] DATA@GAMMA[+standardize][+bias] ...
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <optional>

#include "burelu/burelu.hpp"
#include "convergence_table.hpp"
#include "driver/devices.hpp"
#include "instance.hpp"
#include "linalg/clock.hpp"
#include "network/extraction.hpp"
#include "study/machine.hpp"

namespace burelu::bench {
namespace {

struct Settings {
  std::vector<std::string> instances;
  std::string golden;  ///< CSV: instance, gamma, optimum
  std::string json_path;
  std::string markdown_path;
  double tolerance = 1e-5;
  std::int64_t max_evaluations = 10000;
  int rank = 0;
  int threads = 1;
  bool networks = true;
};

// The optimum that an independent solver found (its lower, dual value), where the file has it.
std::optional<double> known_optimum(const std::string& golden, const Instance& instance) {
  if (golden.empty() || instance.standardize || instance.bias) return std::nullopt;
  const Table table = read_table(golden);
  const std::string wanted = std::filesystem::path(instance.path).filename().string();
  for (index_t k = 0; k < table.rows; ++k) {
    const std::string* name = table.text(k, 0);
    if (name != nullptr && std::filesystem::path(*name).filename() == wanted && table.number(k, 1) == instance.gamma)
      return table.number(k, 2);
  }
  return std::nullopt;
}

nlohmann::ordered_json history(const Relaxation& run) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const HistoryEntry& e : run.history)
    out.push_back({e.evaluations, e.seconds, e.objective, e.infeasibility, e.lower_bound, e.penalty, e.rank});
  return out;
}

// The default stopping rule on the same instance: what `burelu bound --tol 1e-3` does.
void measure_default(Row& row, const Problem& problem, SolveOptions options) {
  options.tolerance = 1e-3;
  const Relaxation run = solve(problem, options);
  row.stop_status = to_string(run.status);
  row.stop_evaluations = run.evaluations;
  row.stop_seconds = run.seconds.total;
  row.stop_bound = run.lower_bound;
}

void measure_network(Row& row, const Problem& problem, const Factor& factor, const SolveOptions& options) {
  const Clock clock;
  TrainOptions train;
  train.solve = options;
  const Network network = train_network(*cpu_device(), problem, &factor, train, {}, row.network_evaluations);
  row.network = objective(problem, network);
  row.width = network.width();
  row.network_seconds = clock.seconds();
}

Row measure(const Instance& instance, const Settings& settings, nlohmann::ordered_json& json) {
  const Dataset data = instance.data();
  const Problem problem = data.problem(instance.gamma);
  SolveOptions options;
  options.tolerance = settings.tolerance;
  options.bound = BoundMethod::relaxation;
  options.max_evaluations = settings.max_evaluations;
  options.rank = settings.rank;
  options.threads = settings.threads;
  options.device = "cpu";
  const Relaxation run = solve(problem, options);

  Row row;
  row.name = instance.name();
  row.gamma = instance.gamma;
  row.n = data.X.rows;
  row.d = data.X.cols;
  row.c = data.Y.cols;
  row.known = known_optimum(settings.golden, instance);
  row.optimum = row.known.value_or(std::fmax(run.objective, run.lower_bound));
  for (std::size_t k = 0; k < kGaps.size(); ++k) {
    const HistoryEntry* entry = reached(run, row.optimum, kGaps[k]);
    row.at[k] = entry != nullptr ? entry->evaluations : 0;
  }
  row.status = to_string(run.status);
  row.evaluations = run.evaluations;
  row.objective = run.objective;
  row.infeasibility = run.infeasibility;
  row.bound = run.lower_bound;
  row.gap = (row.optimum - run.lower_bound) / std::fabs(row.optimum);
  row.rank = run.rank;
  row.seconds = run.seconds.total;
  row.certify_seconds = run.seconds.certify;
  if (row.gap <= 1e-3) measure_default(row, problem, options);
  if (settings.networks) measure_network(row, problem, run.factor, options);
  json = to_json(row);
  json["history"] = history(run);
  return row;
}

int run(const Settings& settings, const std::string& command) {
  nlohmann::ordered_json document = {{"command", command}, {"machine", study::machine()}};
  document["threads"] = settings.threads;
  document["history_columns"] = {"evaluations", "seconds", "objective", "infeasibility", "bound", "penalty", "rank"};
  std::vector<Row> rows;
  for (const std::string& text : settings.instances) {
    nlohmann::ordered_json entry;
    rows.push_back(measure(parse_instance(text), settings, entry));
    document["instances"].push_back(entry);
    fmt::print(stderr, "{}\n", table_line(rows.back()));
    if (!settings.json_path.empty()) std::ofstream(settings.json_path) << document.dump() << '\n';
  }
  const std::string text = header(document) + table(rows);
  if (settings.markdown_path.empty()) {
    fmt::print("{}", text);
  } else {
    std::ofstream(settings.markdown_path) << text;
  }
  return 0;
}

}  // namespace
}  // namespace burelu::bench

int main(int argc, char** argv) {
  burelu::bench::Settings settings;
  CLI::App app("Evaluations to certified gaps, with the best network of each instance");
  app.add_option("instances", settings.instances, "DATA@GAMMA[+standardize][+bias]")->required();
  app.add_option("--golden", settings.golden, "CSV of known optima: instance, gamma, optimum");
  app.add_option("--json", settings.json_path, "write everything, histories included");
  app.add_option("--markdown", settings.markdown_path, "write the table (default: standard output)");
  app.add_option("--tol", settings.tolerance)->capture_default_str();
  app.add_option("--max-evaluations", settings.max_evaluations)->capture_default_str();
  app.add_option("--rank", settings.rank, "0 chooses")->capture_default_str();
  app.add_option("--threads", settings.threads)->capture_default_str();
  app.add_flag("!--no-networks", settings.networks, "the relaxation only");
  CLI11_PARSE(app, argc, argv);
  std::string command = "burelu_convergence";
  for (int k = 1; k < argc; ++k) command += std::string(" ") + argv[k];
  try {
    return burelu::bench::run(settings, command);
  } catch (const std::exception& error) {
    fmt::print(stderr, "burelu_convergence: {}\n", error.what());
    return 1;
  }
}
