// The JSON report of a solve: the contract with scripts. docs/formats.md lists every field.
#pragma once

#include <limits>
#include <string>

#include "burelu/result.hpp"
#include "io/dataset.hpp"

namespace burelu {

/// The network part of a report; NaN and width -1 become null.
struct NetworkReport {
  double objective = std::numeric_limits<double>::quiet_NaN();
  double relative_gap = std::numeric_limits<double>::quiet_NaN();
  double train_accuracy = std::numeric_limits<double>::quiet_NaN();
  double balanced_objective = std::numeric_limits<double>::quiet_NaN();  ///< of a given network, neurons rescaled
  index_t width = -1;
};

/// What the results themselves do not say.
struct ReportContext {
  std::string command;  ///< the command line
  double gamma = 0.0;
  double load_seconds = 0.0;
  double total_seconds = 0.0;
  std::uint64_t seed = 0;
};

/// Hexadecimal, as reports, models and `burelu-verify` print it.
std::string hash_text(std::uint64_t hash);

/// The report as text.
std::string report_text(const ReportContext& context, const Dataset& data, const Relaxation& relaxation,
                        const Seconds& seconds, const NetworkReport& network = {});

/// Share of rows whose largest output is that of their class; NaN without classes.
double accuracy(const Matrix& outputs, const std::vector<index_t>& labels);

/// Index of the largest output of a row, the first of equals.
index_t largest_output(const Matrix& outputs, index_t row);

}  // namespace burelu
