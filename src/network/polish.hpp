// Polish: descent on the training loss of a network, its kinks rounded at first and exact at the end.
//
// Neurons of a good network sit on kinks (u'x_i = 0), where descent on the exact loss creeps. Rounding the ReLU over a
// width that shrinks tenfold per level avoids it (iris: 2.93 without, 2.57 with, at equal work; bench/results).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

#include "burelu/problem.hpp"
#include "linalg/stop.hpp"
#include "seam/training_backend.hpp"

namespace burelu {

/// Asked between windows of descent, from the thread that owns the training; return false to stop.
using KeepTraining = std::function<bool(std::int64_t evaluations, double best_objective)>;

/// Counts work over all concurrent polishes, knows the best objective and carries the wish to stop.
class Watch {
 public:
  /// `stop` may be null; it is asked from every thread.
  explicit Watch(KeepTraining keep_going, const Stop* stop = nullptr)
      : keep_going_(std::move(keep_going)), stop_(stop) {}
  void add(std::int64_t evaluations, double flops = 0.0) {
    evaluations_ += evaluations;
    flops_ += flops;
  }
  std::int64_t evaluations() const { return evaluations_; }
  double flops() const { return flops_; }
  void set_best(double objective) { best_ = objective; }
  bool stopped() const { return stopped_ || due(stop_); }
  /// Asks the caller, where this is its thread.
  void ask() {
    if (std::this_thread::get_id() == owner_ && keep_going_ && !keep_going_(evaluations_, best_)) stopped_ = true;
  }

 private:
  KeepTraining keep_going_;
  const Stop* stop_;
  const std::thread::id owner_ = std::this_thread::get_id();
  double best_ = kInfinity;  // written between parallel sections only
  std::atomic<std::int64_t> evaluations_ = 0;
  std::atomic<double> flops_ = 0.0;
  std::atomic<bool> stopped_ = false;
};

struct PolishPlan {
  OutputWeights output = OutputWeights::eliminated;
  double smoothing = 0.3;  ///< first width of the rounded kink over mean |X U|; 0 starts exact
  int passes = 100;        ///< evaluations per level; the exact level takes twice as many
};

struct Polished {
  Network network;         ///< balanced, but for rounding
  double objective = 0.0;  ///< exact, of the normalised problem
};

/// The problem that polishing works on: X and Y divided by powers of two near their row norms, and its preconditioner.
/// u = u' (t/s)^1/2, v = v' (t/s)^1/2, objective = t^2 objective'. X and Y must not be zero.
struct NormalisedProblem {
  TrainingProblem problem;
  double x_scale = 1.0;  ///< s
  double y_scale = 1.0;  ///< t
};
NormalisedProblem normalise(const Problem& problem);

/// Exact objective of a network of the normalised problem.
double training_objective(const TrainingProblem& problem, const Network& network);

/// Descends from `start`; the result is never worse than `start`.
Polished polish(TrainingBackend& backend, const TrainingProblem& problem, const Network& start, const PolishPlan& plan,
                Watch& watch);

}  // namespace burelu
