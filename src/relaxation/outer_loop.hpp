// The outer loop: windows of descent, updates of the multipliers, checks with a certificate, rank, limits, status.
#pragma once

#include <cstdint>

#include <functional>
#include <memory>
#include <vector>

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "certificate/certifier.hpp"
#include "linalg/clock.hpp"
#include "relaxation/checkpoint.hpp"
#include "relaxation/start.hpp"
#include "seam/backend.hpp"

namespace burelu {

/// Makes a backend for these constants with this penalty to start from.
using BackendMaker = std::function<std::unique_ptr<Backend>(const RelaxationData&, double sigma)>;

class OuterLoop {
 public:
  /// All references must outlive the loop.
  OuterLoop(BackendMaker make, Certifier& certifier, const Presolved& reduced, const SolveOptions& options,
            const CheckpointKey& key);

  /// Runs to a status, also where the device fails after a bound was proven. Everything of the result but presolve's
  /// summary, the factor's original coordinates and total seconds; the factor is in presolved coordinates.
  Relaxation run();

 private:
  static constexpr int kWindow = 28;      // evaluations of a window: about 25 steps
  static constexpr int kWindowMax = 110;  // while inner error dominates the certificate
  static constexpr int kEscapesMost = 5;

  void iterate();
  void exchange(Archive& archive);
  void check_state(int capacity);
  void confirm_bound();
  void save_if_due(bool last);
  void run_updates();
  void look();
  void certify();
  bool certificate_due() const;
  void balance_window(const Proposal& proposal);
  void build(double sigma);
  bool cuts_pay() const;
  bool cut_round();
  std::vector<std::int32_t> cuts_with_multipliers() const;
  void use_cuts(std::vector<std::int32_t> ids, const std::vector<Multiplier>& pairs);
  bool grow_rank();
  bool leave_saddle();
  void record();
  bool finished();
  bool stalled() const;
  bool out_of_time() const;
  void finish(Status status, std::string message);
  std::int64_t evaluations() const;
  double objective() const;
  double gap() const;
  double distance_to_optimum() const;
  double infeasibility() const;
  double pass_flops() const;
  std::int64_t evaluations_left() const;
  bool report_progress(const char* phase);

  BackendMaker make_;
  Certifier& certifier_;
  const Presolved& reduced_;
  const SolveOptions& options_;
  const CheckpointKey& key_;
  RelaxationData data_;
  std::unique_ptr<Backend> backend_;
  std::vector<std::int32_t> active_;  // cut of row 2m + t of F, as numbered by the certifier
  int cut_rounds_ = 0;
  std::int64_t evaluations_before_ = 0;
  Clock clock_;
  Snapshot snapshot_;
  Relaxation result_;
  Settings settings_;
  int rank_ = 0;
  int window_ = 0;                 // evaluations between updates
  std::int64_t certified_at_ = 0;  // evaluations at the last certificate
  std::int64_t rank_changed_at_ = 0;
  int escapes_ = 0;
  double saved_at_ = 0.0;  // seconds
  bool done_ = false;
};

}  // namespace burelu
