// The study of cone cuts: the certified gap without them and with them, and what they cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "burelu/options.hpp"
#include "model/preparation.hpp"
#include "study/html.hpp"
#include "study/job.hpp"

namespace burelu::study {

/// A data set by name, file or builtin: specification, and how its features are prepared.
struct CutsDataset {
  std::string name;
  PreparationChoice preparation = {};
};

/// All but data, threads and keep_going change what is measured and are part of the key of a job.
struct CutsOptions {
  std::vector<CutsDataset> datasets;
  std::vector<double> gammas = {0.1, 0.01};
  std::string data = "data";  ///< folder of the data sets, as scripts/get_data.sh makes it
  int cuts = kAutomatic;      ///< at a time, at most; 0: none
  int cut_rounds = 0;         ///< at most; 0 chooses
  double time_limit = 0.0;    ///< seconds for each instance, its network included; 0: no limit
  double tolerance = 1e-3;    ///< as in `burelu train`
  std::uint64_t seed = 0;
  int threads = 1;       ///< of each job
  KeepGoing keep_going;  ///< a job that finds it false throws `Interrupted`
};

/// Names of the presets: "paper", "grid", "real".
std::vector<std::string> cuts_presets();

/// paper: the ten randomized sets and the spiral. grid: teachers over d, n and seeds, limited in rounds and time.
/// real: Iris, Ionosphere and Pima Indians, limited in time. Throws `DataError` for another name.
CutsOptions cuts_preset(const std::string& name);

/// One for each data set and gamma. Throws `DataError` for data that are not there.
std::vector<Job> cuts_jobs(const CutsOptions& options);

/// Fills in by which method cuts were added, and whether the time limit ended that.
void complete_cuts(std::vector<Record>& records);

std::vector<Section> cuts_report(const std::vector<Record>& records, const Plotter& plotter);

/// Every gap as a line from before (hollow) to after (filled); gaps after against the number of features.
std::vector<Plot> cuts_plots(const std::vector<Record>& records);

}  // namespace burelu::study
