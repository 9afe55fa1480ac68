// The methods of the accuracy study: each runs on one task and returns two records, one per protocol.
#pragma once

#include <string>
#include <vector>

#include "study/accuracy.hpp"
#include "study/classification.hpp"

namespace burelu::study {

struct AccuracyTask {
  std::string dataset;
  double gamma = 0.1;
  bool bias = false;
  Split data;
  bool chosen = false;  ///< gamma is that of `chosen_gamma`
};

/// The gamma of the best held-out accuracy of burelu's networks in five folds of the training rows, of 12 from
/// gamma_max to a thousandth of it (driver/path.cpp). All methods of a task take the same one. Throws `Interrupted`.
double chosen_gamma(const LabelledRows& train, const AccuracyOptions& options);

inline bool going(const AccuracyOptions& options) { return !options.keep_going || options.keep_going(); }

/// Throws `Interrupted` where the study was asked to stop.
inline void stop_if_asked(const AccuracyOptions& options) {
  if (!going(options)) throw Interrupted();
}

/// Threads for the products of a descent or a rounding: two on products of a few hundred rows only wait for each other.
inline int product_threads(const AccuracyTask& task, const AccuracyOptions& options) {
  constexpr index_t kSmall = 500;
  return task.data.train.X.rows < kSmall ? 1 : options.threads;
}

/// NNGP and NTK regression. Nothing to choose but the paper's threshold.
std::vector<Record> kernel_records(const AccuracyTask& task, const AccuracyOptions& options);

/// Gradient descent with momentum. paper: the rate with the smallest training objective after one start, the best of
/// `momentum_starts` starts at that rate by training objective; epoch and threshold on the test rows. honest: rate and
/// epoch by cross-validation, one start.
std::vector<Record> momentum_records(const AccuracyTask& task, const AccuracyOptions& options);

/// The relaxation, burelu's network, each extraction by itself, and the paper's rounding from both of its starts, whose
/// iterate is chosen on the test rows (paper) or by cross-validation, which solves the relaxation of each part
/// (honest).
std::vector<Record> relaxation_records(const AccuracyTask& task, const AccuracyOptions& options);

}  // namespace burelu::study
