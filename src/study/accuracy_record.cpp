#include "study/accuracy_record.hpp"

#include <cmath>

namespace burelu::study {
namespace {

Record number(double value) { return std::isfinite(value) ? Record(value) : Record(nullptr); }

Record count(std::int64_t value) { return value < 0 ? Record(nullptr) : Record(value); }

Record record(const AccuracyTask& task, const MethodRun& run, const char* protocol, double train, double test,
              double threshold) {
  Record out;
  out["dataset"] = task.dataset;
  out["gamma"] = task.gamma;
  out["bias"] = task.bias;
  out["method"] = run.method;
  out["protocol"] = protocol;
  out["train_accuracy"] = train;
  out["test_accuracy"] = test;
  out["threshold"] = number(threshold);
  out["iterate"] = count(run.iterate);
  out["setting"] = run.setting;
  out["objective"] = number(run.objective);
  out["lower_bound"] = number(run.lower_bound);
  out["relaxation"] = number(run.relaxation);
  out["status"] = run.status;
  out["evaluations"] = count(run.evaluations);
  out["evaluation_limit"] = count(run.evaluation_limit);
  out["train_rows"] = task.data.train.X.rows;
  out["test_rows"] = task.data.test.X.rows;
  out["seconds"] = run.seconds;
  return out;
}

}  // namespace

SplitOutputs outputs_of(const Network& network, const Split& data) {
  return {predict(data.train.X, network), predict(data.test.X, network)};
}

Record honest_record(const AccuracyTask& task, const MethodRun& run, const SplitOutputs& outputs) {
  return record(task, run, "honest", argmax_accuracy(outputs.train, task.data.train.labels),
                argmax_accuracy(outputs.test, task.data.test.labels), std::nan(""));
}

Record paper_record(const AccuracyTask& task, const MethodRun& run, const SplitOutputs& outputs) {
  const ThresholdChoice choice = best_threshold(outputs.test, task.data.test.labels);
  return record(task, run, "paper", threshold_accuracy(outputs.train, task.data.train.labels, choice.threshold),
                choice.accuracy, choice.threshold);
}

}  // namespace burelu::study
