// The jobs of the study of cone cuts: each trains one network at one gamma and records both bounds.
#include "study/cuts.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <set>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "formats/json_numbers.hpp"
#include "formats/number.hpp"
#include "interior/interior_point.hpp"
#include "study/instance.hpp"
#include "study/results.hpp"

namespace burelu::study {
namespace {

constexpr int kGridRounds = 3;
constexpr double kGridSeconds = 20.0;   // for each of the 48 problems
constexpr double kSolveShare = 0.7;     // of a time limit: what training leaves to the relaxation
constexpr double kRealSeconds = 240.0;  // for each of the three

struct Task {
  std::shared_ptr<const Instance> instance;
  double gamma = 0.0;
  PreparationChoice preparation;
  CutsOptions options;

  std::string key() const {
    const CutsOptions& o = options;
    return fmt::format("{}/gamma={}{}{}/cuts={}/rounds={}/time={}/tol={}/seed={}", instance->source,
                       short_number(gamma), preparation.standardize ? "/standardized" : "",
                       preparation.bias ? "/bias" : "", o.cuts, o.cut_rounds, short_number(o.time_limit),
                       short_number(o.tolerance), o.seed);
  }
  std::string title() const { return fmt::format("{}, gamma {}", instance->name, short_number(gamma)); }
};

/// What came of the cuts: they are tried where the interior-point method fits and the solve without them has ended, and
/// by the low-rank method where there are few features.
std::string outcome(const Relaxation& relaxation, int cuts) {
  if (relaxation.cuts > 0) return "cuts";
  if (cuts == 0) return "not asked for";
  if (relaxation.cut_rounds > 0) return "cuts gained nothing";
  if (!small_enough(relaxation.factor.A.rows, relaxation.presolve.rank)) return "too large for cuts";
  return relaxation.presolve.rank < 2 ? "exact without cuts" : "no time left for cuts";
}

double gap(double network, double bound) { return (network - bound) / std::fabs(network); }

nlohmann::ordered_json history_json(const Relaxation& relaxation) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const HistoryEntry& entry : relaxation.history)
    list.push_back({number_or_null(entry.seconds), number_or_null(entry.objective), number_or_null(entry.lower_bound)});
  return list;
}

TrainOptions train_options(const CutsOptions& options, double& seconds_without) {
  TrainOptions train;
  train.solve.tolerance = options.tolerance;
  train.solve.time_limit = options.time_limit;
  train.solve.device = "cpu";
  train.solve.threads = options.threads;
  train.solve.cuts = options.cuts;
  train.solve.cut_rounds = options.cut_rounds;
  train.solve.seed = options.seed;
  train.solve.progress = [keep = options.keep_going, &seconds_without](const Progress& progress) {
    if (std::string_view(progress.phase) == "solve") seconds_without = progress.seconds;
    return !keep || keep();
  };
  return train;
}

Record record_of(const Task& task, const Training& training, double seconds_without) {
  const Relaxation& relaxation = training.relaxation;
  const Dataset& data = task.instance->data;
  const bool tried = relaxation.cut_rounds > 0;
  const double before = tried ? relaxation.bound_without_cuts : relaxation.lower_bound;
  Record record = {{"instance", task.instance->name},
                   {"gamma", task.gamma},
                   {"method", "burelu"},
                   {"n", data.X.rows},
                   {"d", data.X.cols},
                   {"c", data.Y.cols},
                   {"rows", relaxation.factor.A.rows},
                   {"standardized", task.preparation.standardize}};
  record["bound_without_cuts"] = number_or_null(before);
  record["lower_bound"] = number_or_null(relaxation.lower_bound);
  record["network"] = number_or_null(training.objective);
  record["gap_without_cuts"] = number_or_null(gap(training.objective, before));
  record["gap"] = number_or_null(gap(training.objective, relaxation.lower_bound));
  record["cuts"] = relaxation.cuts;
  record["cut_rounds"] = relaxation.cut_rounds;
  record["newton_steps"] = relaxation.newton_steps;
  record["evaluations"] = relaxation.evaluations;
  record["seconds_without_cuts"] = seconds_without;
  record["seconds_relaxation"] = relaxation.seconds.total;
  record["seconds"] = training.seconds.total;
  record["time_limit"] = task.options.time_limit;
  record["most_rounds"] = task.options.cut_rounds;
  record["status"] = to_string(relaxation.status);
  record["outcome"] = outcome(relaxation, task.options.cuts);
  record["_history"] = history_json(relaxation);
  return record;
}

std::vector<Record> run(const Task& task) {
  double seconds_without = 0.0;
  const Training training =
      train(task.instance->data.problem(task.gamma), train_options(task.options, seconds_without));
  if (training.relaxation.status == Status::interrupted) throw Interrupted();
  if (task.options.keep_going && !task.options.keep_going()) throw Interrupted();
  return {record_of(task, training, seconds_without)};
}

/// Share of the time: a step with cuts costs about (rows + features)^4.
double weight(const Task& task) {
  const auto order = static_cast<double>(task.instance->data.X.rows + task.instance->data.X.cols);
  return 1.0 + 1e-6 * std::fmin(std::pow(order, 4.0), 1e8);
}

std::vector<CutsDataset> grid() {
  std::vector<CutsDataset> list;
  for (const int d : {2, 3, 4, 6})
    for (const int n : {15, 25, 40})
      for (const int seed : {0, 1}) list.push_back({fmt::format("builtin:teacher?n={}&d={}&c=2&seed={}", n, d, seed)});
  return list;
}

}  // namespace

std::vector<std::string> cuts_presets() { return {"paper", "grid", "real"}; }

CutsOptions cuts_preset(const std::string& name) {
  CutsOptions options;
  if (name == "paper") {
    for (const std::string& dataset : expanded({"randomized", "spiral"})) options.datasets.push_back({dataset});
  } else if (name == "grid") {
    options.datasets = grid();
    options.cut_rounds = kGridRounds;
    options.time_limit = kGridSeconds;
  } else if (name == "real") {
    options.datasets = {{"iris"}, {"ionosphere"}, {"pima_indians"}};
    options.datasets.back().preparation.standardize = true;
    options.gammas = {0.1};
    options.time_limit = kRealSeconds;
  } else {
    throw DataError("there is no preset '" + name + "'; there are paper, grid and real");
  }
  return options;
}

void complete_cuts(std::vector<Record>& records) {
  for (Record& record : records) {
    const bool tried = number_of(record, "cut_rounds") > 0.0;
    const double limit = number_of(record, "time_limit");
    record["cut_method"] = !tried ? "none" : number_of(record, "newton_steps") > 0.0 ? "interior point" : "low rank";
    record["limit_reached"] = limit > 0.0 && number_of(record, "seconds_relaxation") >= kSolveShare * limit;
  }
}

std::vector<Job> cuts_jobs(const CutsOptions& options) {
  std::vector<Job> jobs;
  std::set<std::string> seen;
  for (const CutsDataset& dataset : options.datasets) {
    const auto instance = load_instance(options.data, dataset.name, dataset.preparation);
    for (const double gamma : options.gammas) {
      const Task task{instance, gamma, dataset.preparation, options};
      if (!seen.insert(task.key()).second) continue;
      validate(instance->data.problem(gamma));
      jobs.push_back({task.key(), task.title(), weight(task), [task] { return run(task); }});
    }
  }
  return jobs;
}

}  // namespace burelu::study
