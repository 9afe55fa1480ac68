// The best bound proven so far, with its proof and how it came about: everything that raises it goes through here.
#pragma once

#include <limits>
#include <vector>

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "certificate/certifier.hpp"

namespace burelu {

class Incumbent {
 public:
  /// Keeps a reference.
  explicit Incumbent(Certifier& certifier) : certifier_(certifier) {}

  /// Repairs the point and, where the repaired one promises a better bound, proves it.
  Proposal offer(const DualPoint& point);

  /// Where nothing is proven: a bound that ties alone prove, after all it takes to find the best W for them.
  void offer_least(const Presolved& reduced);

  Certifier& certifier() const { return certifier_; }
  double bound() const { return bound_; }  ///< NaN before the first proof
  bool proven() const { return bound_ == bound_; }
  double seconds() const { return seconds_; }  ///< spent on certificates
  const Certificate& certificate() const { return certificate_; }
  const std::vector<HistoryEntry>& history() const { return history_; }

  /// A check for the history; its bound is the best one.
  const HistoryEntry& record(HistoryEntry entry);

  /// Bound, certificate and history, as they are now. The gap is that of the result's objective.
  void publish(Relaxation& result) const;

  /// Somebody else's certificate, for what it proves here and now; nothing where it proves nothing.
  void adopt(Certificate certificate);

  /// The state in a checkpoint. A file is no proof: a certificate that is read is adopted.
  void exchange(Archive& archive);

 private:
  Certifier& certifier_;
  Certificate certificate_;
  double bound_ = std::numeric_limits<double>::quiet_NaN();
  double seconds_ = 0.0;
  std::vector<HistoryEntry> history_;
};

/// What a progress callback is told of a check. The fields of residuals and the network are the caller's.
Progress progress_at(const HistoryEntry& check, const char* phase);

}  // namespace burelu
