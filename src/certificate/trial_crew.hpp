// Who does trials: this process, and the ranks it leads, if any. Results do not depend on how many they are.
//
// Of a certificate the others are told T and W of each form and the rows once, what a form lacks, and an anchor; of a
// round its places. They answer bounds, and each the W of its best.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "certificate/trials.hpp"
#include "seam/bytes_archive.hpp"

namespace burelu {

class Device;
class Lead;

/// Rows below which certificates are not shared: a trial takes a millisecond, several messages of ranks that sleep.
inline constexpr index_t kFewestRowsToShare = 512;

class TrialCrew {
 public:
  /// `lead` may be null. Problems that are small are done alone.
  TrialCrew(const Presolved& reduced, const TrialOptions& options, Lead* lead);

  /// T, with what they lack, the search for which begins at this lift.
  void begin(const std::vector<DualPoint>& forms, double lift);
  double lift(std::int32_t form) { return own_.lift(form); }
  void anchor(std::int32_t form, const std::vector<Multiplier>& pairs, const std::vector<double>& tau);
  SlackMixture mixture(const Trial& trial) const { return own_.mixture(trial); }
  std::vector<TrialResult> run(const std::vector<Trial>& trials, const Stop* stop, double grace);
  /// The others need not keep anything.
  void end();

  int trials() const { return trials_; }  ///< that were done
  double flops() const { return flops_; }
  /// Of the rank that has done most.
  double busiest() const;
  /// Those that are waited for: of every round those of the rank with most of them.
  double awaited() const { return awaited_; }

 private:
  std::vector<TrialResult> spread(const std::vector<Trial>& trials);
  void count(const std::vector<TrialResult>& results, std::size_t first_rank, std::size_t ranks);
  std::string told();

  const Presolved& reduced_;
  TrialOptions options_;
  Lead* lead_;
  Trials own_;
  BytesWriter unsaid_;         // to go with the next round
  std::size_t next_rank_ = 0;  // that gets a trial
  int trials_ = 0;
  double flops_ = 0.0, awaited_ = 0.0;
  std::vector<double> of_rank_;
};

inline constexpr const char* kTrialJob = "trials";
/// What another rank does for it.
std::function<std::string(const Device&, const std::string&)> trial_job();

}  // namespace burelu
