// The JSON report of a solve: the contract with scripts. docs/formats.md lists every field.
#pragma once

#include <limits>
#include <string>

#include "burelu/path.hpp"
#include "burelu/result.hpp"
#include "data/dataset.hpp"
#include "data/evaluation.hpp"

namespace burelu {

/// The network part of a report; NaN and width -1 become null.
struct NetworkReport {
  double objective = std::numeric_limits<double>::quiet_NaN();
  double relative_gap = std::numeric_limits<double>::quiet_NaN();
  double train_accuracy = std::numeric_limits<double>::quiet_NaN();
  double given_objective = std::numeric_limits<double>::quiet_NaN();  ///< before the neurons of a network were balanced
  index_t width = -1;
};

/// What the results themselves do not say.
struct ReportContext {
  std::string command;  ///< the command line
  double gamma = 0.0;
  double load_seconds = 0.0;
  double total_seconds = 0.0;
  std::uint64_t seed = 0;
  GammaMax gamma_max = {};             ///< zero where it was not looked for
  const Path* gamma_choice = nullptr;  ///< the cross-validation that chose gamma, or null
  int ranks = 1;                       ///< processes that shared the work
  std::int64_t received = 0;           ///< bytes that rank 0 received from the others
};

/// Hexadecimal, as reports, models and `burelu-verify` print it.
std::string hash_text(std::uint64_t hash);

/// The report as text. `held_out`: of the rows that a split kept from training, or null.
std::string report_text(const ReportContext& context, const Dataset& data, const Relaxation& relaxation,
                        const Seconds& seconds, const NetworkReport& network = {},
                        const Evaluation* held_out = nullptr);

}  // namespace burelu
