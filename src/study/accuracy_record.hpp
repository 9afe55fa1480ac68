// One row of the accuracy study's table.
#pragma once

#include <limits>
#include <string>

#include "burelu/network.hpp"
#include "study/accuracy_methods.hpp"
#include "study/protocols.hpp"

namespace burelu::study {

/// What is the same in both protocols; NaN and -1 are written as null.
struct MethodRun {
  std::string method;
  std::string setting;  ///< what was chosen, in words; empty: nothing to choose
  int iterate = -1;
  double objective = std::numeric_limits<double>::quiet_NaN();
  double lower_bound = std::numeric_limits<double>::quiet_NaN();
  double relaxation = std::numeric_limits<double>::quiet_NaN();  ///< objective of the factor that it started from
  std::string status;  ///< of the relaxation's solve: solved, evaluation_limit, ...; empty: none was solved
  std::int64_t evaluations = -1;
  std::int64_t evaluation_limit = -1;
  double seconds = 0.0;  ///< of the method, the relaxation included where it starts from one
};

/// Outputs of one classifier on both parts.
struct SplitOutputs {
  Matrix train;
  Matrix test;
};
SplitOutputs outputs_of(const Network& network, const Split& data);

/// Largest output.
Record honest_record(const AccuracyTask& task, const MethodRun& run, const SplitOutputs& outputs);

/// One threshold, chosen on the test rows; beside it what the threshold chosen on the training rows gives there.
Record paper_record(const AccuracyTask& task, const MethodRun& run, const SplitOutputs& outputs);

}  // namespace burelu::study
