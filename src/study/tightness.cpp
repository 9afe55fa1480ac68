// The jobs of the tightness study: one for the relaxation of each instance and gamma, one for each baseline.
#include "study/tightness.hpp"

#include <fmt/format.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "io/json_numbers.hpp"
#include "io/number.hpp"
#include "study/instance.hpp"

namespace burelu::study {
namespace {

using Shared = std::shared_ptr<const Instance>;

Record identity(const Instance& instance, double gamma, const std::string& method) {
  return {{"instance", instance.name}, {"gamma", gamma},           {"method", method}, {"n", instance.data.X.rows},
          {"d", instance.data.X.cols}, {"c", instance.data.Y.cols}};
}

nlohmann::ordered_json history_json(const Relaxation& relaxation) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const HistoryEntry& entry : relaxation.history)
    list.push_back({entry.evaluations, number_or_null(entry.objective), number_or_null(entry.lower_bound)});
  return list;
}

TrainOptions train_options(const TightnessOptions& options) {
  TrainOptions train;
  train.solve.tolerance = options.tolerance;
  train.solve.max_evaluations = options.max_evaluations;
  train.solve.device = options.device;
  train.solve.threads = options.threads;
  train.solve.seed = options.seed;
  train.solve.progress = [keep = options.keep_going](const Progress&) { return !keep || keep(); };
  return train;
}

std::vector<Record> run_relaxation(const Instance& instance, double gamma, const TightnessOptions& options) {
  const Training training = train(instance.data.problem(gamma), train_options(options));
  const Relaxation& relaxation = training.relaxation;
  if (relaxation.status == Status::interrupted) throw Interrupted();
  Record record = identity(instance, gamma, "burelu");
  record["status"] = to_string(relaxation.status);
  record["lower_bound"] = number_or_null(relaxation.lower_bound);
  record["relaxation"] = number_or_null(relaxation.objective);
  record["infeasibility"] = number_or_null(relaxation.infeasibility);
  record["network"] = number_or_null(training.objective);
  record["width"] = training.network.width();
  record["rank"] = relaxation.rank;
  record["evaluations"] = relaxation.evaluations;
  record["network_evaluations"] = training.network_evaluations;
  record["seconds_relaxation"] = relaxation.seconds.total;
  record["seconds"] = training.seconds.total;
  record["_history"] = history_json(relaxation);
  return {record};
}

}  // namespace

std::vector<std::string> tightness_methods() { return {}; }

Record tightness_fixed_options(const TightnessOptions& options) {
  return {{"standardize", options.preparation.standardize},
          {"bias", options.preparation.bias},
          {"seed", options.seed},
          {"tolerance", options.tolerance},
          {"max_evaluations", options.max_evaluations},
          {"starts", options.starts},
          {"epochs", options.epochs},
          {"patterns", options.patterns},
          {"device", options.device}};
}

std::vector<Job> tightness_jobs(const TightnessOptions& options) {
  std::vector<Job> jobs;
  for (const std::string& name : options.datasets) {
    const Shared instance = load_instance(options.data, name, options.preparation);
    for (const double gamma : options.gammas) {
      const std::string key = fmt::format("{}/gamma={}", instance->source, short_number(gamma));
      const std::string title = fmt::format("{}, gamma {}", instance->name, short_number(gamma));
      const auto n = static_cast<double>(instance->data.X.rows);
      jobs.push_back({key + "/burelu", title + ": relaxation and network", 2.0 + 1e-3 * n * n,
                      [instance, gamma, options] { return run_relaxation(*instance, gamma, options); }});
    }
  }
  return jobs;
}

void complete_tightness(std::vector<Record>& /*records*/) {}

std::vector<Section> tightness_report(const std::vector<Record>& /*records*/, const Plotter& /*plotter*/) { return {}; }

}  // namespace burelu::study
