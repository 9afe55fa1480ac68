// A data set with its gamma and preparation, as named on the command line of a study: DATA@GAMMA[+standardize][+bias].
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>

#include "burelu/errors.hpp"
#include "burelu/result.hpp"
#include "data/dataset.hpp"
#include "data/formats.hpp"

namespace burelu::bench {

struct Instance {
  std::string path;
  double gamma = 0.1;
  bool standardize = false;
  bool bias = false;

  std::string name() const {
    return std::filesystem::path(path).stem().string() + (standardize ? " standardised" : "") + (bias ? " +1" : "");
  }
  Dataset data() const { return training_data(read_table(path), {{}, {}, {bias, standardize}, {}}).train; }
};

inline Instance parse_instance(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos) throw DataError(text + ": expected DATA@GAMMA[+standardize][+bias]");
  Instance out;
  out.path = text.substr(0, at);
  std::size_t used = 0;
  out.gamma = std::stod(text.substr(at + 1), &used);
  const std::string flags = text.substr(at + 1 + used);
  out.standardize = flags.find("+standardize") != std::string::npos;
  out.bias = flags.find("+bias") != std::string::npos;
  return out;
}

/// The first check whose bound is within `gap` of the optimum; null where none is.
inline const HistoryEntry* reached(const Relaxation& run, double optimum, double gap) {
  const auto found = std::find_if(run.history.begin(), run.history.end(), [&](const HistoryEntry& entry) {
    return optimum - entry.lower_bound <= gap * std::fabs(optimum);
  });
  return found == run.history.end() ? nullptr : &*found;
}

}  // namespace burelu::bench
