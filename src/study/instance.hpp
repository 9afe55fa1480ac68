// The data sets of a study by name, file or builtin: specification.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace burelu::study {

/// The rows and targets of one instance, shared by its jobs.
struct Instance {
  std::string name;
  std::string source;  ///< file or builtin: specification
  Dataset data;
};

/// Where a data set is: NAME itself where it is a file or builtin:, else DATA/NAME.csv, DATA/NAME_train.csv or
/// DATA/randomized/NAME.csv. Throws `DataError` that says how to get the data.
std::string find_dataset(const std::string& data, const std::string& name);

/// "randomized" becomes the ten paper's sets; every other name stays as it is.
std::vector<std::string> expanded(const std::vector<std::string>& names);

/// Fresh sets of the paper's kind, n = 25, d = 2, c = 5 from a teacher of 100 neurons, by seed.
std::string fresh_teacher(std::uint64_t seed);

/// Reads and prepares it.
std::shared_ptr<const Instance> load_instance(const std::string& data, const std::string& name,
                                              const PreparationChoice& preparation);

}  // namespace burelu::study
