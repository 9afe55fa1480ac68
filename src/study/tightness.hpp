// The tightness study: how far the certified bound of the relaxation is from the best network known.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/preparation.hpp"
#include "study/html.hpp"
#include "study/job.hpp"

namespace burelu::study {

/// All of these change the result; the first three only by what is measured, so a study may go on with more of them.
struct TightnessOptions {
  std::vector<std::string> datasets;  ///< names, files or builtin: specifications
  std::vector<double> gammas = {0.1, 0.01};
  std::vector<std::string> methods;  ///< baselines; empty: all, "none": none
  std::string data = "data";         ///< folder of the data sets, as scripts/get_data.sh makes it
  PreparationChoice preparation;
  std::uint64_t seed = 0;
  double tolerance = 1e-4;               ///< of the certified relative gap
  std::int64_t max_evaluations = 20000;  ///< of the relaxation: 1e-4 takes 4,000 to 10,000 on the paper's sets
  int starts = 5;                        ///< of every method that trains networks, as in the paper
  int epochs = 8000;                     ///< of SGD and Adam; the paper: 500,000 (randomized), 8,000 (spiral)
  int patterns = 300;                    ///< activation patterns that are sampled where they cannot all be listed
  bool cross_check = false;              ///< solve by sdpa or csdp as well
  double baseline_seconds = 60.0;        ///< limit for each of the convex baselines and branch and bound
  double cross_check_limit = 600.0;      ///< seconds for one of those
  std::string device = "cpu";
  std::string out;       ///< folder for the SDPA files
  int threads = 1;       ///< of each job
  KeepGoing keep_going;  ///< a job that finds it false throws `Interrupted`
};

/// Names of the baselines, in the order of the report.
std::vector<std::string> tightness_methods();

/// What a journal must agree on.
Record tightness_fixed_options(const TightnessOptions& options);

/// Throws `DataError` for data that are not there and methods that do not exist.
std::vector<Job> tightness_jobs(const TightnessOptions& options);

/// Fills in the gaps that need the bound and the best network of the same instance and gamma.
void complete_tightness(std::vector<Record>& records);

std::vector<Section> tightness_report(const std::vector<Record>& records, const Plotter& plotter);

}  // namespace burelu::study
