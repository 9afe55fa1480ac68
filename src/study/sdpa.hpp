// The relaxation as an SDPA sparse file, and a general interior-point solver on it: an independent check.
//
// The loss is (gamma/2) tr Y'(gamma I + Z_aa)^-1 Y once V is eliminated, so with T above Y'(gamma I + Z_aa)^-1 Y
//
//   minimise  gamma/2 (tr T + tr Z_uu)
//   subject   Z = [Z_aa Z_au; . Z_uu] >= 0,   [gamma I + Z_aa, Y; Y', T] >= 0,
//             AA' = Z_aa >= 0, AB' = Z_aa - Z_au X' >= 0, BB' = Z_aa - Z_au X' - X Z_ua + X Z_uu X' >= 0 entrywise,
//             diag(AB') = 0: substituted, Z_aa(i, i) = x_i' Z_ua(:, i).
//
// The free variables are the entries of Z and T, the inequalities one diagonal block. Zero rows of X are left out:
// their loss is constant, and with them the program has no interior. Parallel and antiparallel rows have the same
// effect and are not merged: the solver may not reach its tolerance there.
#pragma once

#include <string>

#include "burelu/problem.hpp"
#include "study/job.hpp"

namespace burelu::study {

/// The file's text for a problem without zero rows. Variables number n (n - 1) / 2 + n d + d (d + 1) / 2 + c (c + 1)
/// / 2.
std::string sdpa_text(const Problem& problem);

struct CrossCheck {
  std::string solver;  ///< "sdpa", "csdp"; empty where neither is installed
  std::string status;  ///< of the solver, in its words; "time limit"
  double upper = 0.0;  ///< NaN where it gave none
  double lower = 0.0;
  double seconds = 0.0;  ///< of the processor
};

/// Writes `path`, then solves it where `sdpa` or `csdp` are installed. Throws `Interrupted`.
CrossCheck cross_check(const Problem& problem, const std::string& path, double tolerance, double time_limit,
                       int threads, const KeepGoing& keep_going);

/// Reads the two values from the output file of sdpa, or the log of csdp.
void parse_sdpa_output(const std::string& text, CrossCheck& result);
void parse_csdp_log(const std::string& text, CrossCheck& result);

}  // namespace burelu::study
