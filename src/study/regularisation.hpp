// The study of gamma: how tight the bounds are, and how good the networks, over gamma / gamma_max from 1 to 1e-3
// (docs/studies.md).
//
// For each data set, its features standardised on the training rows and a column of ones appended, a path over the same
// gammas by each engine that applies: the relaxation, and branch and bound where the features are few. A record for
// each gamma: bound, network, its accuracy on the test rows, the held-out score of cross-validation on the training
// rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "study/classification.hpp"
#include "study/html.hpp"
#include "study/job.hpp"

namespace burelu::study {

struct RegularisationOptions {
  std::string data;                        ///< folder of the data sets, as scripts/get_data.sh makes it
  std::vector<std::string> datasets = {};  ///< names; empty: all of the paper's
  int gammas = 16;
  double ratio = 1e-3;
  int folds = 5;
  double tolerance = 1e-2;
  std::uint64_t seed = 0;
  int threads = 1;  ///< of each job
  KeepGoing keep_going;
};

/// A job for each data set and engine. Throws `DataError` for a data set that is not there.
std::vector<Job> regularisation_jobs(const RegularisationOptions& options);

std::vector<Section> regularisation_report(const std::vector<Record>& records, const Plotter& plotter);

/// Features centred and scaled by the mean and the deviation of the training rows (constant ones become zero), a column
/// of ones appended.
Split standardised_with_bias(Split split);

}  // namespace burelu::study
