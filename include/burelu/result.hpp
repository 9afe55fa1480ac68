// What solving and training return.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "burelu/certificate.hpp"
#include "burelu/export.hpp"
#include "burelu/matrix.hpp"
#include "burelu/network.hpp"

namespace burelu {

/// Why a solve ended.
enum class Status {
  solved,            ///< certified relative gap and scaled infeasibility are below the tolerance
  evaluation_limit,  ///< `max_evaluations` was reached
  time_limit,        ///< `time_limit` was reached
  interrupted,       ///< the progress callback returned false
  device_failed,     ///< the device failed after a bound was proven: the best one is kept, there is no factor
  stalled,           ///< no further progress: floating point, or the rank, does not allow a smaller gap
};

/// "solved", "evaluation_limit", "time_limit", "interrupted", "device_failed", "stalled".
BURELU_API const char* to_string(Status status);

/// One check of the solve. NaN where a quantity was not computed.
struct HistoryEntry {
  std::int64_t evaluations = 0;
  double seconds = 0.0;
  double objective = 0.0;
  double infeasibility = 0.0;
  double lower_bound = 0.0;  ///< best so far
  double penalty = 0.0;
  int rank = 0;
};

/// What presolve found; all of it is undone in the results.
struct PresolveSummary {
  index_t zero_rows = 0;       ///< rows of X that are zero: their loss is constant
  index_t merged_rows = 0;     ///< rows parallel or antiparallel to another
  index_t rank = 0;            ///< of X
  double constant_loss = 0.0;  ///< part of the objective no network changes
};

/// Wall-clock seconds spent.
struct Seconds {
  double presolve = 0.0;
  double solve = 0.0;  ///< the iteration, certificates excluded
  double certify = 0.0;
  double extract = 0.0;
  double total = 0.0;
};

/// The factor of the relaxation, Z = R R' with R = [A; U; V]: rows of A are the lifted activations.
struct Factor {
  Matrix A;  ///< m x r: one row per representative row of the certificate, (x_k'u)_+ in the lifted sense
  Matrix U;  ///< d x r
  Matrix V;  ///< c x r
};

/// Result of `solve`.
struct Relaxation {
  Status status = Status::stalled;
  std::string message;           ///< one sentence: why it stopped, what to do
  double objective = 0.0;        ///< of the final factor; slightly infeasible, so an estimate and not a bound
  double infeasibility = 0.0;    ///< largest violated product over the largest squared row norm
  double lower_bound = 0.0;      ///< rigorous; NaN where none could be proven
  double relative_gap = 0.0;     ///< (objective - lower_bound) / |objective|
  int rank = 0;                  ///< columns of the factor
  int rank_bound = 0;            ///< d + c + components, after presolve: no solution needs more columns
  std::int64_t components = 0;   ///< sets of lines without multipliers between them, at the last certificate
  int memory = 0;                ///< pairs of L-BFGS
  std::int64_t pairs = 0;        ///< on the list at the end
  std::int64_t short_lists = 0;  ///< scans whose list was cut for want of memory
  std::int64_t evaluations = 0;  ///< interaction passes
  std::int64_t outer_iterations = 0;
  double relaxation_bound = 0.0;  ///< what the relaxation proved; NaN where it was not solved or proved nothing
  double branch_bound = 0.0;      ///< what branch and bound proved, NaN in the same way; the better one counts
  std::int64_t cells = 0;         ///< of branch and bound
  std::int64_t checks = 0;        ///< see host_waits
  /// Of the loop for the device: checks + 1, and one where the limit of time made a certificate due.
  std::int64_t host_waits = 0;
  Factor factor;
  Certificate certificate;  ///< proof of `lower_bound`; empty where it is NaN
  PresolveSummary presolve;
  std::vector<HistoryEntry> history;
  Seconds seconds;
  std::string device;  ///< where it ran
  int threads = 0;
};

/// Result of `train`.
struct Training {
  Relaxation relaxation;
  Network network;
  double objective = 0.0;     ///< of the network
  double relative_gap = 0.0;  ///< (objective - lower_bound) / |objective|: how far it can be from the optimum
  std::int64_t network_evaluations = 0;  ///< loss-and-gradient evaluations spent on networks
  Seconds seconds;
};

/// Result of `certify`.
struct NetworkCertificate {
  Relaxation relaxation;
  double objective = 0.0;           ///< of the network as given
  double balanced_objective = 0.0;  ///< after balancing its neurons; the smaller of the two is used for the gap
  double relative_gap = 0.0;
};

}  // namespace burelu
