#include "study/accuracy_record.hpp"

#include <cmath>

namespace burelu::study {
namespace {

Record number(double value) { return std::isfinite(value) ? Record(value) : Record(nullptr); }

Record count(std::int64_t value) { return value < 0 ? Record(nullptr) : Record(value); }

struct Scores {
  double train = 0.0;
  double test = 0.0;
  double threshold = std::nan("");
  double test_blind = std::nan("");  // by the threshold that is best on the training rows
};

Record record(const AccuracyTask& task, const MethodRun& run, const char* protocol, const Scores& scores) {
  Record out;
  out["dataset"] = task.dataset;
  out["gamma"] = task.gamma;
  out["chosen_gamma"] = task.chosen;
  out["bias"] = task.bias;
  out["method"] = run.method;
  out["protocol"] = protocol;
  out["train_accuracy"] = scores.train;
  out["test_accuracy"] = scores.test;
  out["threshold"] = number(scores.threshold);
  out["training_threshold_test_accuracy"] = number(scores.test_blind);
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
  Scores scores;
  scores.train = argmax_accuracy(outputs.train, task.data.train.labels);
  scores.test = argmax_accuracy(outputs.test, task.data.test.labels);
  return record(task, run, "honest", scores);
}

Record paper_record(const AccuracyTask& task, const MethodRun& run, const SplitOutputs& outputs) {
  const ThresholdChoice choice = best_threshold(outputs.test, task.data.test.labels);
  const ThresholdChoice blind = central_threshold(outputs.train, task.data.train.labels);
  Scores scores;
  scores.train = threshold_accuracy(outputs.train, task.data.train.labels, choice.threshold);
  scores.test = choice.accuracy;
  scores.threshold = choice.threshold;
  scores.test_blind = threshold_accuracy(outputs.test, task.data.test.labels, blind.threshold);
  return record(task, run, "paper", scores);
}

}  // namespace burelu::study
