// The accuracy study: test accuracy of burelu's networks and of its baselines on the paper's splits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "study/html.hpp"
#include "study/job.hpp"

namespace burelu::study {

struct AccuracyOptions {
  std::string data;                   ///< folder of the data sets, as scripts/get_data.sh makes it
  std::vector<std::string> datasets;  ///< names; empty: all of the paper's
  std::vector<double> gammas = {0.1, 0.01};
  std::uint64_t seed = 0;
  int threads = 1;       ///< of each job
  KeepGoing keep_going;  ///< a job that finds it false throws `Interrupted`
};

/// The jobs, in the order of the report. Throws `DataError` for a data set that is not there.
std::vector<Job> accuracy_jobs(const AccuracyOptions& options);

/// The report's sections on whatever records there are.
std::vector<Section> accuracy_report(const std::vector<Record>& records, const Plotter& plotter);

}  // namespace burelu::study
