#include "study/accuracy_record.hpp"

#include <cmath>

namespace burelu::study {
namespace {

Record number(double value) { return std::isfinite(value) ? Record(value) : Record(nullptr); }

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
  out["iterate"] = run.iterate < 0 ? Record(nullptr) : Record(run.iterate);
  out["setting"] = run.setting;
  out["objective"] = number(run.objective);
  out["lower_bound"] = number(run.lower_bound);
  out["status"] = run.status;
  out["evaluations"] = run.evaluations < 0 ? Record(nullptr) : Record(run.evaluations);
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
