// The accuracy study: how well the methods classify rows that they were not trained on (docs/accuracy.md).
//
// For each data set, gamma, and with and without bias: burelu's network and each of its extractions, the paper's
// rounding, gradient descent with momentum, and regression with the NNGP and NTK kernels. Every method is scored by two
// protocols, a record each: `paper` (threshold and iterate chosen on the test rows: flatters) and `honest` (largest
// output; whatever is chosen is chosen by cross-validation on the training rows).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "study/html.hpp"
#include "study/job.hpp"

namespace burelu::study {

struct AccuracyOptions {
  std::string data;                        ///< folder of the data sets, as scripts/get_data.sh makes it
  std::vector<std::string> datasets = {};  ///< names; empty: all of the paper's
  std::vector<double> gammas = {0.1, 0.01};
  bool chosen_gamma = false;  ///< one more gamma for each data set: chosen by cross-validation on its training rows
  std::vector<bool> biases = {false, true};
  std::uint64_t seed = 0;
  int threads = 1;       ///< of each job
  KeepGoing keep_going;  ///< a job that finds it false throws `Interrupted`

  double tolerance = 1e-3;  ///< of each solve of the relaxation
  /// Of each solve; half of it of each solve in cross-validation. 0: 8000, for n > 500 training rows 2e9 / n^2.
  std::int64_t max_evaluations = 0;
  std::int64_t network_evaluations = 3000;  ///< of burelu's extraction
  int single_passes = 100;                  ///< of each extraction by itself, per level of smoothing
  int splitting_iterations = 1000;          ///< as published
  std::int64_t splitting_width = 300;       ///< columns, as published
  int momentum_epochs = 5000;
  int momentum_starts = 5;                           ///< as published; the smallest training objective counts
  std::int64_t momentum_width = 300;                 ///< as published
  std::vector<double> momentum_rates = {0.3, 1, 3};  ///< learning rates over 1 / curvature at the start
  int parts = 3;                                     ///< of cross-validation
};

/// iris, ionosphere, pima_indians, bank_notes, mnist_pca20.
std::vector<std::string> paper_datasets();

/// The jobs, in the order of the report: per data set, gamma and bias one for each family of methods (kernels,
/// momentum, relaxation). Throws `DataError` for a data set that is not there and for options that make no sense.
std::vector<Job> accuracy_jobs(const AccuracyOptions& options);

/// The report's sections on whatever records there are.
std::vector<Section> accuracy_report(const std::vector<Record>& records, const Plotter& plotter);

}  // namespace burelu::study
