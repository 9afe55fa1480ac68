#include "driver/branching.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "branch/cell.hpp"
#include "burelu/errors.hpp"
#include "relaxation/policy.hpp"

namespace burelu {
namespace {

constexpr index_t kFewFeatures = 12;    // of its own accord, and then only as many cells as it may take
constexpr double kAlike = 1e6;          // ratio of column norms: beyond it rounding leaves little of a bound
constexpr double kLittleWork = 2e10;    // flops, some seconds: what it has not proven by then takes long
constexpr double kLeastWork = 1e9;      // flops of a try by the relaxation
constexpr double kEvaluations = 600.0;  // of a relaxation, about, with its pairs a line and trials of certificates
constexpr std::int64_t kPairs = 40;
constexpr int kTrials = 60;
constexpr index_t kFewUnknowns = 2000;    // a tenth of a second for a factorisation of that order
constexpr double kTimeShare = 1.0 / 3.0;  // of a limit of time
constexpr double kTellEvery = 0.1;        // seconds, where neither cells nor bound moved
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

policy::Sizes relaxation_sizes(const Presolved& reduced) {
  policy::Sizes sizes{reduced.rows(), reduced.features(), reduced.outputs(), 0, 0, reduced.outputs()};
  sizes.rank = static_cast<int>(std::min<index_t>(sizes.features + sizes.outputs + 8, 64));
  sizes.memory = policy::lbfgs_pairs(sizes);
  return sizes;
}

double flops_of_an_evaluation(const policy::Sizes& sizes) {
  return policy::evaluation_flops(sizes, kPairs * sizes.rows);
}

// What the relaxation takes, about, in flops: branch and bound may take as much.
double relaxation_work(const Presolved& reduced) {
  const policy::Sizes sizes = relaxation_sizes(reduced);
  return kEvaluations * flops_of_an_evaluation(sizes) + policy::certificate_flops(sizes, kTrials);
}

// Options that speak of the relaxation alone.
bool about_relaxation(const SolveOptions& options) {
  return !options.checkpoint.empty() || !options.resume.empty() || options.rank > 0 || options.max_evaluations > 0;
}

bool columns_alike(const Matrix& X) {
  std::vector<double> squares(static_cast<std::size_t>(X.cols), 0.0);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) squares[static_cast<std::size_t>(j)] += X(i, j) * X(i, j);
  const auto [least, largest] = std::minmax_element(squares.begin(), squares.end());
  return squares.empty() || *largest <= kAlike * kAlike * *least;
}

double bound_of(const GlobalOptimum& optimum) {
  return optimum.certificate.empty() ? kNone : optimum.certificate.lower_bound;
}

std::string rounded(double count) {
  std::ostringstream out;
  out.precision(2);
  out << count;
  return out.str();
}

std::string sentence(const Branching& found) {
  const GlobalOptimum& optimum = found.optimum;
  std::string cells = " after " + std::to_string(optimum.cells) + " cells";
  if (optimum.estimated > 0.0) cells += " (estimated before: " + rounded(optimum.estimated) + ")";
  switch (found.status) {
    case Status::solved:
      return "branch and bound: a network and the bound agree to the tolerance" + cells;
    case Status::interrupted:
      return "interrupted" + cells + " of branch and bound; the best bound so far is kept";
    case Status::device_failed:
      return optimum.failure + "; the best bound of branch and bound before that is kept";
    case Status::time_limit:
      return "the time limit was reached" + cells + " of branch and bound; the best bound so far is kept";
    default:
      return "branch and bound made no further progress" + cells + ": try a larger --tol";
  }
}

// What moved since the entry before.
void note(std::vector<HistoryEntry>& history, const GlobalProgress& seen, double seconds) {
  if (!history.empty()) {
    const HistoryEntry& last = history.back();
    const bool same = last.lower_bound == seen.lower_bound || std::isnan(seen.lower_bound);
    if (same && last.objective == seen.objective) return;
  }
  history.push_back({seen.cells, seconds, seen.objective, kNone, seen.lower_bound, kNone, 0});
}

}  // namespace

bool branches(const Presolved& reduced, const SolveOptions& options) {
  if (options.bound == BoundMethod::relaxation) return false;
  if (options.bound == BoundMethod::automatic)
    return reduced.features() <= kFewFeatures && columns_alike(reduced.X) && !about_relaxation(options);
  if (reduced.features() <= kMostDims) return true;
  throw DataError("branch and bound over " + std::to_string(reduced.features()) + " features would take more than 10^" +
                  std::to_string(reduced.features() / 2) + " cells (at most " + std::to_string(kMostDims) +
                  " features are possible): use --bound relaxation, or fewer components");
}

std::int64_t evaluations_before_branching(const Presolved& reduced) {
  return static_cast<std::int64_t>(
      std::clamp(kLeastWork / flops_of_an_evaluation(relaxation_sizes(reduced)), 2.0, kEvaluations));
}

Branching branch(const Device& device, const Problem& problem, const Presolved& reduced, const SolveOptions& options,
                 const Clock& clock, const Stop& stop, const Network* start) {
  Branching out;
  const bool automatic = options.bound == BoundMethod::automatic;
  const double limit = options.time_limit * (automatic ? kTimeShare : 1.0);
  const double begin = clock.seconds();
  bool late = false;
  bool interrupted = false;
  std::int64_t told_cells = -1;
  double told_bound = kNone;
  double told_at = begin;
  GlobalLimits limits;
  limits.tolerance = options.tolerance;
  limits.seed = options.seed;
  limits.start = start;
  if (automatic) {
    limits.work = std::max(kLittleWork, relaxation_work(reduced));
    limits.unknowns = kFewUnknowns;
  }
  limits.keep_going = [&](const GlobalProgress& seen) {
    late = late || (limit > 0.0 && clock.seconds() > limit);
    interrupted = interrupted || stop.wished();
    if (late || interrupted) return false;
    note(out.history, seen, clock.seconds());
    if (!options.progress) return true;
    const double now = clock.seconds();
    const bool same = seen.cells == told_cells && (seen.lower_bound == told_bound || std::isnan(seen.lower_bound));
    if (same && now < told_at + kTellEvery) return true;
    told_cells = seen.cells;
    told_bound = seen.lower_bound;
    told_at = now;
    Progress p;
    p.evaluations = seen.cells;
    p.seconds = now;
    p.objective = p.network_objective = seen.objective;
    p.lower_bound = seen.lower_bound;
    p.infeasibility = p.primal_residual = p.dual_residual = kNone;
    p.phase = "branch";
    interrupted = !options.progress(p);
    return !interrupted;
  };
  out.optimum = train_globally(device, problem, reduced, limits);
  if (interrupted)
    out.status = Status::interrupted;
  else if (out.optimum.reached)
    out.status = Status::solved;
  else if (!out.optimum.failure.empty())
    out.status = Status::device_failed;
  else if (late)
    out.status = Status::time_limit;
  out.seconds = clock.seconds() - begin;
  return out;
}

Relaxation branched_result(const Presolved& reduced, const Branching& found) {
  Relaxation result;
  result.status = found.status;
  result.message = sentence(found);
  result.objective = found.optimum.objective;
  result.lower_bound = result.relaxation_bound = kNone;
  result.infeasibility = kNone;
  result.factor = {Matrix(reduced.rows(), 0), Matrix(reduced.features(), 0), Matrix(reduced.outputs(), 0)};
  result.relative_gap = kNone;
  take_bound(result, found);
  result.history = found.history;
  HistoryEntry end;
  end.evaluations = found.optimum.cells;
  end.seconds = found.seconds;
  end.objective = result.objective;
  end.infeasibility = end.penalty = kNone;
  end.lower_bound = result.lower_bound;
  result.history.push_back(end);
  return result;
}

void take_bound(Relaxation& result, const Branching& found) {
  result.branch_bound = bound_of(found.optimum);
  result.cells = found.optimum.cells;
  if (std::isnan(result.branch_bound) || result.branch_bound <= result.lower_bound) return;
  result.lower_bound = result.branch_bound;
  result.certificate = found.optimum.certificate;
  result.relative_gap =
      result.objective != 0.0 ? (result.objective - result.lower_bound) / std::abs(result.objective) : 0.0;
}

}  // namespace burelu
