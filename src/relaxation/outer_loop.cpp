#include "relaxation/outer_loop.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "burelu/errors.hpp"
#include "cuts/cut_numbering.hpp"
#include "interior/tighten.hpp"
#include "relaxation/iteration.hpp"

namespace burelu {
namespace {

constexpr int kWindowExtrapolate = 60;  // no extrapolation with longer windows
constexpr int kUpdatesPerCheck = 4;
constexpr double kHeavyPass = 5e9;                 // flops of a pass from which every update is followed by a check
constexpr double kCertificateShare = 0.5;          // certify when the passes since cost this share of a certificate
constexpr double kCholeskysPerCertificate = 70.0;  // measured at order 1,020, all of its work
constexpr int kReweighEvery = 15;                  // updates; three times, then the weights stay
constexpr int kReweighLast = 45;
constexpr double kSafety = 2.0;            // on the first-order estimate of what infeasibility takes off the objective
constexpr std::int64_t kStallSpan = 6000;  // evaluations without visible progress of either side: stalled
constexpr double kStationary = 1e-3;       // of the tolerance: residuals below it with a gap above say saddle
constexpr double kEscapeNoise = 0.1;       // relative noise of the first escape; the k-th has k times that
constexpr double kColumnWeight = 1e-3;     // of the largest singular value: lighter columns are spare
constexpr double kStallProgress = 0.01;    // of the gap
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

OuterLoop::OuterLoop(BackendMaker make, Certifier& certifier, const Presolved& reduced, const SolveOptions& options,
                     const CheckpointKey& key)
    : make_(std::move(make)),
      certifier_(certifier),
      reduced_(reduced),
      options_(options),
      key_(key),
      rank_(options.rank > 0 ? options.rank : starting_rank(reduced.rows(), reduced.features())),
      window_(kWindow) {
  result_.lower_bound = result_.bound_without_cuts = kNaN;
}

Relaxation OuterLoop::run() {
  try {
    iterate();
  } catch (const DeviceError& error) {
    if (std::isnan(result_.lower_bound)) throw;
    if (result_.history.empty() || result_.history.back().lower_bound != result_.lower_bound) record();  // proven since
    finish(Status::device_failed, std::string(error.what()) + "; the best certified bound before that is reported");
    result_.factor = {Matrix(data_.m, 0), Matrix(data_.d, 0), Matrix(data_.c, 0)};
  }
  result_.rank = rank_;
  result_.cuts = static_cast<std::int64_t>(result_.certificate.cuts.size());
  result_.cut_rounds = cut_rounds_;
  result_.seconds.solve = clock_.seconds() - result_.seconds.certify;
  return std::move(result_);
}

void OuterLoop::iterate() {
  build(0.0);
  if (options_.resume.empty()) {
    const Point start = random_point(data_, rank_, options_.seed);
    backend_->write_point(start.Shat, start.Ut);
  } else {
    CheckpointReader reader(options_.resume, key_);
    backend_->read(snapshot_, kScalars);
    const int capacity = snapshot_.control.memory.capacity;
    exchange(reader);
    check_state(capacity);
    confirm_bound();
  }
  while (!done_) {
    run_updates();
    look();
    save_if_due(done_);
  }
  backend_->read(snapshot_, kFactor);
  result_.host_waits += 1;
  result_.factor = {snapshot_.A, snapshot_.U, snapshot_.V};
}

// Interaction passes of all backends so far.
std::int64_t OuterLoop::evaluations() const { return evaluations_before_ + snapshot_.control.count.evaluations; }

double OuterLoop::objective() const { return snapshot_.control.dual.objective + reduced_.constant_loss; }

double OuterLoop::gap() const {
  const double distance = objective() - result_.lower_bound;
  return distance == 0.0 ? 0.0 : distance / std::fabs(objective());
}

// Distance of the bound from where the optimum is to first order: the objective of an infeasible factor lies below it.
double OuterLoop::distance_to_optimum() const {
  if (std::isnan(result_.lower_bound)) return kInfinity;
  const double distance = std::fabs(objective() - result_.lower_bound) + kSafety * snapshot_.control.dual.shortfall;
  return distance == 0.0 ? 0.0 : distance / std::fabs(objective());
}

double OuterLoop::infeasibility() const {
  const Dual& dual = snapshot_.control.dual;
  return dual.largest > 0.0 ? dual.violation / dual.largest : 0.0;
}

double OuterLoop::pass_flops() const {
  const auto m = static_cast<double>(data_.m);
  return 12.0 * m * m * rank_;
}

std::int64_t OuterLoop::evaluations_left() const {
  if (options_.max_evaluations <= 0) return std::numeric_limits<std::int64_t>::max();
  return options_.max_evaluations - evaluations();
}

// A few windows with their updates, all queued; nothing here waits for the device.
void OuterLoop::run_updates() {
  const int updates = pass_flops() > kHeavyPass ? 1 : kUpdatesPerCheck;
  const Stop* stop = certifier_.stop();
  const int chunk = static_cast<int>(std::clamp(kHeavyPass / pass_flops(), 1.0, 1e6));
  std::int64_t left = evaluations_left();
  for (int k = 0; k < updates && left > 1 && !(k > 0 && due(stop)); ++k) {
    const auto window = static_cast<int>(std::min<std::int64_t>(window_, left - 1));
    descend(*backend_, window, stop, chunk);
    update(*backend_);
    left -= window + 1;
    const std::int64_t update_count = ++result_.outer_iterations;
    if (update_count <= kReweighLast && update_count % kReweighEvery == 0) backend_->reweigh();
  }
}

// One wait: scalars, and the dual point where a certificate is due. A second one where the limit of time ends a solve
// that has no bound yet: what it has then is proven.
void OuterLoop::look() {
  bool due = certificate_due() && !(out_of_time() && !std::isnan(result_.lower_bound));
  backend_->read(snapshot_, due ? kDual | kPoint : unsigned{kPoint});
  result_.checks += 1;
  result_.host_waits += 1;
  if (!due && out_of_time() && std::isnan(result_.lower_bound)) {
    due = true;
    backend_->read(snapshot_, kDual | kPoint);
    result_.host_waits += 1;
  }
  if (due) certify();
  record();
  done_ = finished();
}

bool OuterLoop::certificate_due() const {
  const auto order = static_cast<double>(data_.m + data_.d);
  const double cost = kCholeskysPerCertificate * order * order * order / 3.0;
  const std::int64_t queued = std::int64_t{kUpdatesPerCheck} * window_;  // not yet counted on the host
  const std::int64_t since = evaluations() + queued - certified_at_;
  const bool last = evaluations_left() <= std::int64_t{kUpdatesPerCheck} * (window_ + 1);
  return last || static_cast<double>(since) * pass_flops() >= kCertificateShare * cost;
}

void OuterLoop::certify() {
  const Clock clock;
  certified_at_ = evaluations();
  const std::vector<Multiplier> multipliers = over_forms(snapshot_.multipliers, data_, active_);
  const DualPoint point{&multipliers, &snapshot_.tau, &snapshot_.E};
  const Proposal proposal = certifier_.propose(point);
  if (!(proposal.bound <= result_.lower_bound)) {
    std::optional<Certificate> proof = certifier_.prove(proposal);
    if (proof && !(proof->lower_bound <= result_.lower_bound)) {
      result_.lower_bound = proof->lower_bound;
      result_.certificate = std::move(*proof);
    }
  }
  balance_window(proposal);
  result_.seconds.certify += clock.seconds();
}

// Longer windows while the defect of the certificate (inner error) dominates the distance of primal and dual value.
void OuterLoop::balance_window(const Proposal& proposal) {
  const double scale = std::fabs(objective());
  const double defect = std::max(proposal.dual_value - proposal.bound, 0.0);
  const double distance = std::fabs(objective() - proposal.dual_value);
  if (defect > 30.0 * distance) {
    window_ = std::min(window_ * 3 / 2, kWindowMax);
  } else if (defect < 10.0 * distance || !(scale > 0.0)) {
    window_ = std::max(window_ * 2 / 3, kWindow);
  }
  settings_.extrapolate = window_ <= kWindowExtrapolate ? 1 : 0;
  backend_->set(settings_);
}

// A full factor may be what holds the solve up: more columns, from the same point and multipliers.
bool OuterLoop::grow_rank() {
  const auto most = static_cast<int>(std::min<index_t>(data_.m + data_.d, std::numeric_limits<int>::max()));
  const Point point{snapshot_.Shat, snapshot_.Ut};
  if (options_.rank > 0 || rank_ >= most || numerical_rank(data_, point, kColumnWeight) < rank_) return false;
  rank_ = std::min(2 * rank_, most);
  const Point larger = with_rank(data_, point, rank_, options_.seed);
  backend_->write_point(larger.Shat, larger.Ut);
  rank_changed_at_ = evaluations();
  return true;
}

// Stationary and feasible, yet far from the bound: a saddle of the factored problem, or multipliers that a degenerate
// point does not determine. Leave it by noise.
bool OuterLoop::leave_saddle() {
  const Dual& dual = snapshot_.control.dual;
  const double still = kStationary * options_.tolerance;
  if (escapes_ >= kEscapesMost || dual.primal > still || dual.dual > still) return false;
  escapes_ += 1;
  const Point moved = shaken({snapshot_.Shat, snapshot_.Ut}, kEscapeNoise * escapes_,
                             options_.seed + 1 + static_cast<std::uint64_t>(escapes_));
  backend_->write_point(moved.Shat, moved.Ut);
  rank_changed_at_ = evaluations();
  return true;
}

void OuterLoop::record() {
  const Control& c = snapshot_.control;
  result_.evaluations = evaluations();
  result_.objective = objective();
  result_.infeasibility = infeasibility();
  result_.relative_gap = std::isnan(result_.lower_bound) ? kNaN : gap();
  result_.history.push_back(
      {evaluations(), clock_.seconds(), objective(), infeasibility(), result_.lower_bound, c.dual.sigma, rank_});
}

bool OuterLoop::report_progress(const char* phase) {
  if (!options_.progress) return true;
  const Control& c = snapshot_.control;
  Progress p;
  p.evaluations = evaluations();
  p.seconds = clock_.seconds();
  p.objective = objective();
  p.infeasibility = infeasibility();
  p.primal_residual = c.dual.primal;
  p.dual_residual = c.dual.dual;
  p.lower_bound = result_.lower_bound;
  p.penalty = c.dual.sigma;
  p.rank = rank_;
  p.network_objective = kNaN;
  p.phase = phase;
  return options_.progress(p);
}

void OuterLoop::finish(Status status, std::string message) {
  result_.status = status;
  result_.message = std::move(message);
}

bool OuterLoop::out_of_time() const {
  return due(certifier_.stop()) || (options_.time_limit > 0.0 && clock_.seconds() >= options_.time_limit);
}

bool OuterLoop::finished() {
  const double tolerance = options_.tolerance;
  const bool wished = certifier_.stop() != nullptr && certifier_.stop()->wished();
  const bool go_on = report_progress("solve") && !wished;
  if (distance_to_optimum() <= tolerance && infeasibility() <= tolerance &&
      snapshot_.control.dual.primal <= tolerance) {
    if (go_on && evaluations_left() > 1 && !out_of_time() && cut_round()) return false;
    if (go_on || !cuts_pay()) {
      finish(Status::solved, "certified relative gap and infeasibility are below the tolerance");
      return true;
    }
  }
  if (!go_on) {
    finish(Status::interrupted, "interrupted; the best certified bound so far is reported");
    return true;
  }
  if (evaluations_left() <= 1) {
    finish(Status::evaluation_limit, "the evaluation limit was reached first; raise --max-evaluations to go on");
    return true;
  }
  if (out_of_time()) {
    finish(Status::time_limit, "the time limit was reached first; raise --time-limit to go on");
    return true;
  }
  if (leave_saddle()) return false;
  if (stalled() && !grow_rank()) {
    const bool full = numerical_rank(data_, {snapshot_.Shat, snapshot_.Ut}, kColumnWeight) == rank_;
    finish(Status::stalled, full && options_.rank > 0
                                ? "all columns of the factor are in use and nothing moves any more; raise --rank"
                                : "neither the objective nor the bound moves any more; standardized features, a larger "
                                  "gamma or a larger tolerance may help");
    return true;
  }
  return false;
}

bool OuterLoop::stalled() const {
  const HistoryEntry& now = result_.history.back();
  if (!std::isfinite(now.objective)) return true;
  auto then = std::find_if(result_.history.rbegin(), result_.history.rend(), [&](const HistoryEntry& entry) {
    return entry.evaluations <= now.evaluations - kStallSpan;
  });
  if (then == result_.history.rend() || then->evaluations < rank_changed_at_) return false;
  const double bound = std::isnan(now.lower_bound) ? 0.0 : now.lower_bound;  // without one the objective has to move
  const double distance = std::fabs(now.objective - bound);
  const double bound_moved = std::isnan(now.lower_bound)    ? 0.0
                             : std::isnan(then->lower_bound) ? kInfinity
                                                             : now.lower_bound - then->lower_bound;
  return bound_moved < kStallProgress * distance &&
         std::fabs(now.objective - then->objective) < kStallProgress * distance;
}

}  // namespace burelu
