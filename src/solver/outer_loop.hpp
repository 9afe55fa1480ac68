// The outer loop: windows of descent, updates of the multipliers, checks with a certificate, rank, limits, status.
#pragma once

#include <cstdint>

#include "backend/backend.hpp"
#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "io/checkpoint.hpp"
#include "solver/certificate.hpp"
#include "solver/clock.hpp"
#include "solver/start.hpp"

namespace burelu {

class OuterLoop {
 public:
  /// All references must outlive the loop. `constant` is presolve's part of the objective.
  OuterLoop(Backend& backend, Certifier& certifier, const RelaxationData& data, const SolveOptions& options,
            const CheckpointKey& key, double constant);

  /// Runs to a status. Everything of the result but presolve's summary, the factor's original coordinates and total
  /// seconds; the factor is in presolved coordinates.
  Relaxation run();

 private:
  void exchange(Archive& archive);
  void check_state(int capacity);
  void confirm_bound();
  void save_if_due(bool last);
  void run_updates();
  void look();
  void certify();
  bool certificate_due() const;
  void balance_window(const Proposal& proposal);
  bool grow_rank();
  bool leave_saddle();
  void record();
  bool finished();
  bool stalled() const;
  void finish(Status status, std::string message);
  double objective() const;
  double gap() const;
  double distance_to_optimum() const;
  double infeasibility() const;
  double pass_flops() const;
  std::int64_t evaluations_left() const;
  bool report_progress(const char* phase);

  Backend& backend_;
  Certifier& certifier_;
  const RelaxationData& data_;
  const SolveOptions& options_;
  const CheckpointKey& key_;
  double constant_;
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
