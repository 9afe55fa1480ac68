#include "relaxation/outer_loop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "burelu/errors.hpp"
#include "certificate/space.hpp"
#include "problem/gap.hpp"
#include "relaxation/iteration.hpp"
#include "relaxation/zero.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr int kReweighEvery = 15;  // updates; three times, then the weights stay
constexpr int kReweighLast = 45;
constexpr double kEscapeNoise = 0.1;    // relative noise of the first escape; the k-th has k times that
constexpr double kColumnWeight = 1e-3;  // of the largest singular value: heavier columns are in use
constexpr double kIdleWeight = 5e-3;    // lighter ones are idle, but for what the policy keeps of them

}  // namespace

OuterLoop::OuterLoop(BackendMaker make, Incumbent& incumbent, const Presolved& reduced, const SolveOptions& options,
                     const CheckpointKey& key)
    : make_(std::move(make)),
      incumbent_(incumbent),
      reduced_(reduced),
      options_(options),
      key_(key),
      zero_objective_(zero_objective(reduced)) {
  settings_.most = policy::most_listed(reduced.rows());
  state_.rank = options.rank > 0 ? options.rank : starting_rank(reduced.rows(), reduced.features(), reduced.outputs());
}

Relaxation OuterLoop::run() {
  try {
    iterate();
  } catch (const DeviceError& error) {
    if (!incumbent_.proven()) throw;
    const auto& history = incumbent_.history();
    if (history.empty() || history.back().lower_bound != incumbent_.bound()) record();  // proven since
    finish(Status::device_failed, std::string(error.what()) + "; the best certified bound before that is reported");
    result_.factor = {Matrix(data_.m, 0), Matrix(data_.d, 0), Matrix(data_.c, 0)};
  }
  result_.rank = state_.rank;
  report_lists();
  incumbent_.publish(result_);
  result_.seconds.solve = clock_.seconds() - result_.seconds.certify;
  return std::move(result_);
}

void OuterLoop::iterate() {
  if (options_.resume.empty()) {
    if (bound_is_enough() || zero_is_enough()) return;
    begin();
  } else {
    build(0.0);
    CheckpointReader reader(options_.resume, key_);
    exchange(reader);
  }
  while (!done_) {
    run_updates();
    look();
    done_ = act();
    save_if_due(done_);
  }
  backend_->read(snapshot_, kFactor);
  result_.host_waits += 1;
  result_.factor = {snapshot_.A, snapshot_.U, snapshot_.V};
  if (zero_) result_.factor = {Matrix(data_.m, 0), Matrix(data_.d, 0), Matrix(data_.c, 0)};
}

// Where gamma is well above the threshold of the zero network, W = -Y and ties alone prove it optimal; where it is near
// or above, the iteration begins below.
bool OuterLoop::zero_is_enough() {
  const double threshold = zero_threshold(reduced_, options_.seed);
  state_.share = policy::first_share(reduced_.gamma, threshold);
  if (reduced_.gamma < threshold) return false;
  const std::vector<Multiplier> none;
  const std::vector<double> tau = zero_ties(reduced_);
  Matrix W = reduced_.Y;
  for (double& value : W.data) value = -value;
  incumbent_.offer({&none, &tau, &W});
  zero_ = true;
  policy::Look look = look_now();
  if (!policy::converged(look, options_.tolerance)) return false;
  record();
  report_progress("solve");
  finish(Status::solved, "gamma is so large that the zero network is optimal; a smaller one gives a network");
  result_.factor = {Matrix(reduced_.rows(), 0), Matrix(reduced_.features(), 0), Matrix(reduced_.outputs(), 0)};
  return true;
}

void OuterLoop::begin() {
  if (begin_warm()) return;
  build(0.0);
  const Point start = random_start();
  backend_->write_point(start.Shat, start.Ut);
}

// For a smaller gamma, near that of the zero network, of a size at which the loss can be seen to change.
Point OuterLoop::random_start() const {
  constexpr double kSize = 0.05;
  Point start = random_point(data_, state_.rank, options_.seed);
  return state_.share < 1.0 ? sized(data_, std::move(start), kSize * (zero_objective_ - reduced_.constant_loss))
                            : start;
}

// Interaction passes of all backends so far.
std::int64_t OuterLoop::evaluations() const { return evaluations_before_ + snapshot_.control.count.evaluations; }

double OuterLoop::objective() const {
  return zero_ ? zero_objective_ : snapshot_.control.dual.objective + reduced_.constant_loss;
}

double OuterLoop::infeasibility() const {
  const Dual& dual = snapshot_.control.dual;
  return dual.largest > 0.0 ? dual.violation / dual.largest : 0.0;
}

policy::Sizes OuterLoop::sizes() const {
  return {data_.m, data_.d, data_.c, state_.rank, snapshot_.control.memory.capacity, LossSpace::most_columns(reduced_)};
}

// On a path certificates are a large part of all work, and the last one says what they take.
double OuterLoop::certificate_flops() const {
  return std::fmax(bound_alone_ ? certificate_flops_ : 0.0, policy::certificate_flops(sizes(), trials_));
}

double OuterLoop::evaluation_flops() const { return policy::evaluation_flops(sizes(), snapshot_.control.lists.pairs); }

policy::Look OuterLoop::look_now() const {
  const Control& c = snapshot_.control;
  policy::Look look;
  look.evaluations = evaluations();
  look.seconds = clock_.seconds();
  look.late = late();
  look.objective = objective();
  look.lower_bound = incumbent_.bound();
  look.infeasibility = infeasibility();
  look.sampled = c.lists.sampled != 0;
  look.primal = c.dual.primal;
  look.dual = c.dual.dual;
  look.shortfall = zero_ ? 0.0 : c.dual.shortfall;
  look.distance = std::fabs(c.dual.objective - c.value.dual) / std::fabs(c.dual.objective);
  const double all = zero_objective_ - reduced_.constant_loss;  // where gamma is tiny the decay of any factor is, too
  look.size = std::fmax(c.value.decay, std::fabs(all - c.dual.objective)) / all;
  look.zero = zero_;
  look.bound_alone = bound_alone_;
  look.network = network_;
  return look;
}

bool OuterLoop::late() const {
  return due(incumbent_.certifier().stop()) || policy::out_of_time(options_, clock_.seconds());
}

bool OuterLoop::wished() const {
  const Stop* stop = incumbent_.certifier().stop();
  return stop != nullptr && stop->wished();
}

// A few windows with their updates, all queued; nothing here waits for the device.
void OuterLoop::run_updates() {
  const Stop* stop = incumbent_.certifier().stop();
  const int chunk = policy::evaluations_between_asking(evaluation_flops());
  const int updates = nearly_there() || policy::distance_to_optimum(look_now()) <= options_.tolerance
                          ? 1
                          : policy::updates_per_check(evaluation_flops());
  std::int64_t left = policy::evaluations_left(options_, evaluations());
  for (int k = 0; k < updates && left > 1 && !(k > 0 && due(stop)); ++k) {
    const auto window = static_cast<int>(std::min<std::int64_t>(state_.window, left - 1));
    if (!listed_) list_pairs(*backend_);
    listed_ = true;
    const int parts = policy::parts_of_window(result_.outer_iterations);
    for (int part = 0; part < parts; ++part) {
      if (part > 0 && due(stop)) break;  // a scan of many pairs takes long
      if (part > 0) list_pairs(*backend_);
      descend(*backend_, std::max(window / parts, 1), stop, chunk);
    }
    update(*backend_);
    left -= window + 1;
    const std::int64_t update_count = ++result_.outer_iterations;
    if (update_count <= kReweighLast && update_count % kReweighEvery == 0) backend_->reweigh();
  }
}

// One wait: scalars, and the dual point where a certificate is due. A second one where it turns out to be: the limit of
// time ends a solve that has no bound yet, a smaller gamma has settled, or nothing but a bound is missing.
void OuterLoop::look() {
  bool due = !(late() && incumbent_.proven()) &&
             policy::certificate_due(state_, options_, look_now(), evaluation_flops(), certificate_flops());
  backend_->read(snapshot_, due ? kDual | kPoint : unsigned{kPoint});
  result_.checks += 1;
  result_.host_waits += 1;
  policy::Look now = look_now();
  zero_ = state_.share < 1.0 || policy::collapsed(now, options_.tolerance);
  const bool last = late() && !incumbent_.proven();
  const bool hope = !due && !late() && policy::only_unproven(state_, now, options_.tolerance);
  if (hope) ++state_.hopes;
  if (!due && (last || hope || policy::settled(state_, now, options_.tolerance))) {
    due = true;
    backend_->read(snapshot_, kDual | kPoint);
    result_.host_waits += 1;
  }
  if (due && !policy::collapsed(now, options_.tolerance)) certify();
  const double filled = static_cast<double>(snapshot_.control.lists.wanted) /
                        static_cast<double>(std::max<std::int64_t>(rules::list_room(snapshot_.control), 1));
  settings_.margin = policy::next_margin(settings_.margin, infeasibility(), filled, result_.outer_iterations);
  settings_.most = policy::most_listed(data_.m, settings_.margin, bound_alone_);
  backend_->set(settings_);
  record();
}

// The multipliers of a smaller gamma, scaled, are as good for gamma itself: N(T) is homogeneous in both.
void OuterLoop::certify() {
  state_.certified_at = evaluations();
  std::vector<Multiplier> multipliers = snapshot_.multipliers;
  if (state_.share < 1.0) {
    for (Multiplier& pair : multipliers) pair.value /= state_.share;
    for (double& tau : snapshot_.tau) tau /= state_.share;
  }
  const Proposal proposal = incumbent_.offer({&multipliers, &snapshot_.tau, &snapshot_.E});
  trials_ = std::max(proposal.trials, 1);
  certificate_flops_ = proposal.flops;
  result_.components = components(multipliers, data_.m);
  balance_window(proposal);
}

void OuterLoop::balance_window(const Proposal& proposal) {
  const double value = snapshot_.control.dual.objective + reduced_.constant_loss;
  const double defect = std::max(proposal.dual_value - proposal.bound, 0.0);
  state_.window = policy::next_window(state_.window, defect, std::fabs(value - proposal.dual_value), value);
  settings_.extrapolate = policy::extrapolates(state_.window) ? 1 : 0;
}

// A full factor may be what holds the solve up: more columns, up to as many as were asked for.
bool OuterLoop::grow_rank() {
  const std::int64_t most = options_.rank > 0 ? options_.rank : data_.m + data_.d;
  const int larger = policy::larger_rank(state_.rank, most);
  if (larger <= state_.rank || columns_above(kColumnWeight) < state_.rank) return false;
  change_rank(larger);
  state_.changed_at = evaluations();
  return true;
}

int OuterLoop::columns_above(double weight) const {
  return numerical_rank(data_, {snapshot_.Shat, snapshot_.Ut}, weight);
}

// Columns that carry next to nothing cost as much as the others, in every pass. On a path the next gamma has a use for
// more of them (20 gammas on iris and pima, at .5 of the penalty: 3,923 and 4,598 evaluations; with fewer columns
// 4,753 and 5,089).
void OuterLoop::drop_idle_columns() {
  if (bound_alone_) return;
  const int used = columns_above(kIdleWeight);
  const int rank = policy::smaller_rank(state_, used, data_.d + data_.c + 1);
  state_.used = used;
  if (rank < state_.rank) change_rank(rank);
}

// The same point and multipliers with more columns, or without the weakest.
void OuterLoop::change_rank(int rank) {
  const Point point = with_rank(data_, {snapshot_.Shat, snapshot_.Ut}, rank, options_.seed);
  backend_->write_point(point.Shat, point.Ut);
  listed_ = false;
  state_.rank = rank;
  state_.used = 0;
}

void OuterLoop::leave_saddle() {
  state_.escapes += 1;
  const Point moved = shaken({snapshot_.Shat, snapshot_.Ut}, kEscapeNoise * state_.escapes,
                             options_.seed + 1 + static_cast<std::uint64_t>(state_.escapes));
  backend_->write_point(moved.Shat, moved.Ut);
  listed_ = false;
  state_.used = 0;
  state_.changed_at = evaluations();
}

void OuterLoop::report_lists() {
  const Control& c = snapshot_.control;
  result_.memory = c.memory.capacity;
  result_.pairs = c.lists.pairs;
  result_.short_lists = c.lists.cut;
  result_.rank_bound = static_cast<int>(data_.d + data_.c + result_.components);
  if (c.lists.cut > 0)
    result_.message += "; lists of pairs were cut " + std::to_string(c.lists.cut) + " times for want of memory";
}

void OuterLoop::record() {
  const Control& c = snapshot_.control;
  result_.evaluations = evaluations();
  result_.objective = objective();
  result_.infeasibility = zero_ ? 0.0 : infeasibility();
  incumbent_.record(
      {evaluations(), clock_.seconds(), result_.objective, result_.infeasibility, 0.0, c.dual.sigma, state_.rank});
}

bool OuterLoop::report_progress(const char* phase) {
  if (!options_.progress) return true;
  const Control& c = snapshot_.control;
  Progress p = progress_at(incumbent_.history().back(), phase);
  p.seconds = clock_.seconds();
  p.primal_residual = c.dual.primal;
  p.dual_residual = c.dual.dual;
  return options_.progress(p);
}

void OuterLoop::finish(Status status, std::string message) {
  result_.status = status;
  result_.message = std::move(message);
}

// Does what the policy says after a check; true at the end.
bool OuterLoop::act() {
  using policy::Action;
  policy::Look look = look_now();
  look.go_on = report_progress("solve") && !wished();
  const Action action = policy::next(state_, look, options_, incumbent_.history());
  switch (action) {
    case Action::solved:
      finish(Status::solved, zero_ ? "the zero network is optimal to the tolerance; a smaller gamma gives a network"
                                   : "certified relative gap and infeasibility are below the tolerance");
      return true;
    case Action::interrupted:
      finish(Status::interrupted, "interrupted; the best certified bound so far is reported");
      return true;
    case Action::evaluation_limit:
      finish(Status::evaluation_limit, "the evaluation limit was reached first; raise --max-evaluations to go on");
      return true;
    case Action::time_limit:
      finish(Status::time_limit, "the time limit was reached first; raise --time-limit to go on");
      return true;
    case Action::lower:
      lower_gamma();
      return false;
    case Action::raise:
      raise_gamma();
      return false;
    case Action::escape:
      leave_saddle();
      return false;
    case Action::grow:
      grow_rank();
      return false;
    case Action::stalled:
      if (grow_rank()) return false;
      finish_stalled();
      return true;
    case Action::go_on:
      drop_idle_columns();
      break;
  }
  return false;
}

void OuterLoop::finish_stalled() {
  finish(Status::stalled, columns_above(kColumnWeight) == state_.rank && options_.rank > 0
                              ? "all columns of the factor are in use and nothing moves any more; raise --rank"
                              : "neither the objective nor the bound moves any more; standardized features, a larger "
                                "gamma or a larger tolerance may help");
}

}  // namespace burelu
