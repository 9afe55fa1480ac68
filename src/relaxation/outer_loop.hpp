// The outer loop: windows of descent, updates of the multipliers, checks with a certificate. It does what policy.hpp
// decides.
#pragma once

#include <cstdint>

#include <functional>
#include <memory>
#include <vector>

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "certificate/incumbent.hpp"
#include "linalg/clock.hpp"
#include "relaxation/checkpoint.hpp"
#include "relaxation/policy.hpp"
#include "relaxation/start.hpp"
#include "relaxation/warm_start.hpp"
#include "seam/backend.hpp"

namespace burelu {

/// Makes a backend for these constants with this penalty to start from.
using BackendMaker = std::function<std::unique_ptr<Backend>(const RelaxationData&, double sigma)>;

class OuterLoop {
 public:
  /// All references must outlive the loop.
  OuterLoop(BackendMaker make, Incumbent& incumbent, const Presolved& reduced, const SolveOptions& options,
            const CheckpointKey& key);

  /// Before run(): from where a solve for another gamma left off, which must outlive the loop. A bound is all that is
  /// wanted, as far as it tells something of a network with this objective.
  void start_from(const WarmStart& warm, double network) {
    warm_ = &warm;
    network_ = network;
    bound_alone_ = true;
    if (!warm.empty()) settings_.most = policy::most_listed(reduced_.rows(), settings_.margin, true);
  }
  /// After run(): empty where nothing was iterated.
  WarmStart left_off();

  /// Runs to a status, also where the device fails after a bound was proven. Everything of the result but presolve's
  /// summary, the factor's original coordinates and total seconds; the factor is in presolved coordinates.
  Relaxation run();

 private:
  void iterate();
  bool zero_is_enough();
  bool bound_is_enough();
  void begin();
  bool begin_warm();
  bool nearly_there() const;
  void exchange(Archive& archive);
  void check_state() const;
  bool filled_fits() const;
  void save_if_due(bool last);
  bool late() const;
  bool wished() const;
  void run_updates();
  void look();
  void certify();
  void balance_window(const Proposal& proposal);
  policy::Look look_now() const;
  bool act();
  void build(double sigma);
  void rebuild(const Point& point, const std::vector<Multiplier>& pairs, double sigma);
  bool grow_rank();
  int columns_above(double weight) const;
  void drop_idle_columns();
  void change_rank(int rank);
  void leave_saddle();
  void lower_gamma();
  void raise_gamma();
  Point random_start() const;
  void record();
  void report_lists();
  void finish(Status status, std::string message);
  void finish_stalled();
  std::int64_t evaluations() const;
  double objective() const;
  double infeasibility() const;
  policy::Sizes sizes() const;
  double evaluation_flops() const;
  double certificate_flops() const;
  bool report_progress(const char* phase);

  BackendMaker make_;
  Incumbent& incumbent_;
  const Presolved& reduced_;
  const SolveOptions& options_;
  const CheckpointKey& key_;
  double zero_objective_;
  const WarmStart* warm_ = nullptr;
  double network_ = kInfinity;
  bool bound_alone_ = false;  // on a path
  RelaxationData data_;
  std::unique_ptr<Backend> backend_;
  bool listed_ = false;  // the list of pairs is that of the point and multipliers that the backend has
  std::int64_t evaluations_before_ = 0;
  Clock clock_;
  Snapshot snapshot_;
  Relaxation result_;
  Settings settings_;
  policy::State state_;
  int trials_ = 30;                 // of the last certificate, which a next one will take again
  double certificate_flops_ = 0.0;  // of it; 0: not known yet
  bool zero_ = false;               // what is reported is the zero network: the factor is zero, or of a smaller gamma
  // A factor of the largest share of gamma that has one, with its multipliers and penalty.
  Point filled_;
  std::vector<Multiplier> filled_multipliers_;
  double filled_sigma_ = 0.0;
  double saved_at_ = 0.0;  // seconds
  bool done_ = false;
};

}  // namespace burelu
