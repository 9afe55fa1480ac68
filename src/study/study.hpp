// A study from end to end: jobs, journal, results, report, in one folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "study/html.hpp"
#include "study/results.hpp"
#include "study/runner.hpp"

namespace burelu::study {

/// What the two studies differ in.
struct Study {
  std::string name;   ///< "tightness", "accuracy"
  std::string title;  ///< of the report
  Record options;     ///< flat; what must not change when the study goes on in the same folder
  std::vector<Job> jobs;
  /// Fields that need all records at once (gaps to a bound found by another job); may be empty.
  std::function<void(std::vector<Record>&)> complete;
  std::function<std::vector<Section>(const std::vector<Record>&, const Plotter&)> report;
};

struct StudyRun {
  std::string out;      ///< folder; made where it is not there
  std::string command;  ///< the exact command line
  RunnerOptions runner;
};

/// Runs what is missing, then writes results.csv, results.json and report.html, also after an interrupt or failures.
StudyOutcome run_study(const Study& study, const StudyRun& run);

}  // namespace burelu::study
