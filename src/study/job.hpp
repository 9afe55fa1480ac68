// One unit of a study: a key that never changes, and a function that measures and returns one or more records.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace burelu::study {

/// A flat JSON object: strings, numbers, booleans. Field order is the column order of results.csv; a record names its
/// instance and method in its first fields. NaN is written as null. Fields whose name begins with an underscore may
/// hold anything (histories for plots): they are in results.json and not in results.csv.
using Record = nlohmann::ordered_json;

/// Asked now and then inside a job; false means stop.
using KeepGoing = std::function<bool()>;

/// What a job throws that was asked to stop: nothing is recorded, and it runs again when the study goes on.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Jobs are independent of each other and may run side by side; results are journalled under `key`, so that a study
/// that was stopped goes on with the jobs that are missing.
struct Job {
  std::string key;    ///< unique in the study, made of everything that changes the result: "iris/gamma=0.1/seed=0"
  std::string title;  ///< for the progress line
  double weight = 1;  ///< expected share of the time, any unit: for the estimate of the time left
  std::function<std::vector<Record>()> run;
};

}  // namespace burelu::study
