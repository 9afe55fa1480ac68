// What the outer loop decides (docs/method.md, "Outer loop"), as functions of what a check shows and a small state.
// Nothing here touches a backend.
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "seam/control.hpp"

namespace burelu::policy {

inline constexpr int kWindow = 28;      // evaluations of a window: about 25 steps
inline constexpr int kWindowMax = 110;  // while inner error dominates the certificate
inline constexpr int kEscapesMost = 5;  // by noise, off saddles
inline constexpr int kUpdatesPerCheck = 4;
inline constexpr double kRaise = 1.25;  // of gamma, at most, where it is approached from below

/// What a solve remembers for its decisions. Trivially copyable: it travels in checkpoints.
struct State {
  int rank = 0;
  int window = kWindow;           ///< evaluations between updates
  std::int64_t certified_at = 0;  ///< evaluations at the last certificate
  std::int64_t changed_at = 0;    ///< evaluations at the last jump: rank, noise
  int escapes = 0;
  int hopes = 0;  ///< certificates made because nothing else was missing
  int used = 0;   ///< columns in use at the last check, 0 where the factor has changed since
  /// Where the factor would be zero, the iteration is for a smaller gamma, `share` of it: its multipliers prove a bound
  /// for the larger one as well. `filled`: the last share that had a factor when it settled, 0 before; `step`: from a
  /// share that has settled to the next.
  double share = 1.0;
  double filled = 0.0;
  double step = kRaise;
};

/// What a check shows.
struct Look {
  std::int64_t evaluations = 0;
  double seconds = 0.0;
  double objective = 0.0;    ///< of the factor, presolve's constant included
  double lower_bound = 0.0;  ///< best proven, NaN before
  double shortfall = 0.0;    ///< what violated products take off the objective, to first order
  double infeasibility = 0.0;
  bool sampled = false;             ///< of a sample of the violated products: there may be larger ones
  double primal = 0.0, dual = 0.0;  ///< scaled residuals
  double distance = 0.0;            ///< of primal and dual value of the iteration, relative
  double size = 1.0;  ///< decay and gain of the factor, the larger one, over the objective of the zero network
  bool zero = false;  ///< objective and bound are compared for the zero network: feasible and stationary
  bool go_on = true;  ///< said the callback
  /// On a path: nobody wants the factor, which may be infeasible, and nothing above this network's objective.
  bool bound_alone = false;
  double network = kInfinity;
  bool late = false;  ///< the limit of time has passed, the time before the loop included
};

enum class Action { go_on, solved, interrupted, evaluation_limit, time_limit, lower, raise, escape, grow, stalled };

/// What to do after a check.
Action next(const State& state, const Look& look, const SolveOptions& options,
            const std::vector<HistoryEntry>& history);

/// Sizes that costs depend on.
struct Sizes {
  std::int64_t rows = 0, features = 0, outputs = 0;  ///< m, d, c
  int rank = 0;
  int memory = 0;            ///< L-BFGS pairs
  std::int64_t columns = 0;  ///< of right-hand sides in a trial of the certificate
};

/// L-BFGS pairs, by what they cost beside the rest of an evaluation: 100 where that is little, 20 at least.
int lbfgs_pairs(const Sizes& sizes);

/// Of an evaluation with so many listed pairs; numbers moved through memory count as what else could be done meanwhile.
double evaluation_flops(const Sizes& sizes, std::int64_t pairs);
/// Before there is a list.
double evaluation_flops(const Sizes& sizes);

/// Of a solve with so many evaluations and updates, each with a scan of all pairs.
double solve_flops(const Sizes& sizes, std::int64_t evaluations, std::int64_t updates, std::int64_t pairs);

/// Of a certificate that takes so many trials.
double certificate_flops(const Sizes& sizes, int trials);

/// Parts of the window after so many updates, between which pairs are listed anew: the first ones walk far into
/// infeasibility.
int parts_of_window(std::int64_t updates);

/// Share of |f_p| |f_q| below which a scan lists a product, after so many updates, from the one before and what it left
/// infeasible: where pairs off the list run away within a window, wider lists hold them. `filled`: pairs that the last
/// scan wanted, of those that there is room for.
double next_margin(double margin, double infeasibility, double filled, std::int64_t updates);

/// Pairs that a scan lists, at most, of so many lines.
std::int64_t most_listed(std::int64_t rows);

/// The same with a margin that says whether pairs off the list run away: then as many as there is room for, 0, unless
/// so many lines could have far too many of them (10,000 digits, early: 3.5 GB, and most of the time). On a path of
/// few lines more from the start, which is worth nothing where pairs run away.
std::int64_t most_listed(std::int64_t rows, double margin, bool on_path);

/// Updates of the multipliers from one check to the next.
int updates_per_check(double evaluation_flops);

/// Evaluations from one question whether to stop to the next.
int evaluations_between_asking(double evaluation_flops);

/// Evaluations that the limit leaves.
std::int64_t evaluations_left(const SolveOptions& options, std::int64_t evaluations);

bool out_of_time(const SolveOptions& options, double seconds);

/// A certificate, at the end of the windows now queued: where the evaluations since the last one cost a share of one
/// (`last`: what the check before showed; far from feasible, a larger share), and at the end of the solve.
bool certificate_due(const State& state, const SolveOptions& options, const Look& last, double evaluation_flops,
                     double certificate_flops);

/// Distance of primal and dual value with twice the shortfall, relative.
double apart(const Look& look);

/// Nothing is missing but a bound, as far as the iteration can tell; a few times in a solve, on a path in it every so
/// often.
bool only_unproven(const State& state, const Look& look, double tolerance);

/// Longer windows while what a certificate loses by inner error (`defect`) dominates the distance of primal and dual
/// value.
int next_window(int window, double defect, double distance, double objective);

/// Extrapolated multipliers need short windows.
bool extrapolates(int window);

/// Distance of the bound from where the optimum is to first order, relative: an infeasible factor lies below it.
double distance_to_optimum(const Look& look);

bool converged(const Look& look, double tolerance);

/// The factor has gone to zero, as far as the tolerance can tell.
bool collapsed(const Look& look, double tolerance);

/// The share of gamma to begin with, where gamma is near or above `threshold` (that of the zero network, or less).
double first_share(double gamma, double threshold);

/// The iteration for a smaller gamma has converged: its multipliers are what it can give.
bool settled(const State& state, const Look& look, double tolerance);

/// After a collapse: a smaller share, half the step from the last one that had a factor.
State lowered(State state);

/// After a smaller gamma has settled: a larger share, or the same where steps have become too small.
State raised(State state);

/// Stationary and feasible, yet not at the bound: a saddle of the factored problem, or multipliers that a degenerate
/// point does not determine.
bool at_saddle(const State& state, const Look& look, double tolerance);

/// Whether over the last `span` evaluations one side moved by `share` of their distance, or too little is known.
bool moved(const std::vector<HistoryEntry>& history, std::int64_t since, std::int64_t span, double share);

/// All columns in use and slow, long before a stall: more of them.
bool slow(const State& state, const std::vector<HistoryEntry>& history);

bool stalled(const State& state, const std::vector<HistoryEntry>& history);

/// Where a rank that is free may go from here: `most` is that of the lifted matrix.
int larger_rank(int rank, std::int64_t most);

/// The rank to go on with, where this check and the one before found `used` columns, or fewer, in use: a few to spare,
/// at least `least`. The same rank where that saves little.
int smaller_rank(const State& state, int used, std::int64_t least);

}  // namespace burelu::policy
