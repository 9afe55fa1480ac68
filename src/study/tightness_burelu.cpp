// What burelu makes of a problem of the tightness study, by its relaxation and by branch and bound.
#include "burelu/solve.hpp"
#include "formats/json_numbers.hpp"
#include "study/boundary.hpp"
#include "study/tightness_task.hpp"

namespace burelu::study {
namespace {

constexpr index_t kBranchFeatures = 7;     // beyond, branch and bound takes hours
constexpr double kBranchTolerance = 1e-3;  // of the interval that the optimum of training is in

nlohmann::ordered_json history_json(const Relaxation& relaxation) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const HistoryEntry& entry : relaxation.history)
    list.push_back({entry.evaluations, number_or_null(entry.objective), number_or_null(entry.lower_bound)});
  return list;
}

TrainOptions train_options(const TightnessOptions& options) {
  TrainOptions train;
  train.solve.tolerance = options.tolerance;
  train.solve.bound = BoundMethod::relaxation;
  train.solve.max_evaluations = options.max_evaluations;
  train.solve.device = options.device;
  train.solve.threads = options.threads;
  train.solve.seed = options.seed;
  train.solve.progress = [keep = options.keep_going](const Progress&) { return !keep || keep(); };
  return train;
}

}  // namespace

std::vector<Record> run_burelu(const TightnessTask& task) {
  const Training training = train(task.problem(), train_options(task.options));
  const Relaxation& relaxation = training.relaxation;
  if (relaxation.status == Status::interrupted) throw Interrupted();
  Record record = task.identity("burelu");
  record["relaxation_kind"] = "pairs";
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
  if (has_boundary(task.instance->data)) record["_boundary"] = boundary_json(task.instance->data, training.network);
  return {record};
}

std::vector<Record> run_branch(const TightnessTask& task, const std::string& method) {
  Record record = task.identity(method);
  if (task.instance->data.X.cols > kBranchFeatures) {
    record["status"] = "too many features";
    return {record};
  }
  TrainOptions options = train_options(task.options);
  options.solve.bound = BoundMethod::branch;
  options.solve.tolerance = kBranchTolerance;
  options.solve.max_evaluations = 0;
  options.solve.time_limit = task.options.baseline_seconds;
  const Training training = train(task.problem(), options);
  if (training.relaxation.status == Status::interrupted) throw Interrupted();
  record["status"] = to_string(training.relaxation.status);
  record["network"] = number_or_null(training.objective);
  record["width"] = training.network.width();
  record["optimum_bound"] = number_or_null(training.relaxation.branch_bound);
  record["cells"] = training.relaxation.cells;
  record["seconds"] = training.seconds.total;
  return {record};
}

}  // namespace burelu::study
