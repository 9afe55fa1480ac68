#include "certificate/incumbent.hpp"

#include <limits>
#include <utility>

#include "linalg/clock.hpp"
#include "problem/gap.hpp"

namespace burelu {

Proposal Incumbent::offer(const DualPoint& point) {
  const Clock clock;
  Proposal proposal = certifier_.propose(point);
  if (!(proposal.bound <= bound_)) {
    std::optional<Certificate> proof = certifier_.prove(proposal);
    if (proof && !(proof->lower_bound <= bound_)) {
      bound_ = proof->lower_bound;
      certificate_ = std::move(*proof);
    }
  }
  seconds_ += clock.seconds();
  return proposal;
}

void Incumbent::offer_least(const Presolved& reduced) {
  const std::vector<Multiplier> none;
  const std::vector<double> tau(static_cast<std::size_t>(reduced.rows()), 0.0);
  Matrix W = reduced.Y;
  for (double& value : W.data) value = -value;
  if (!proven()) offer({&none, &tau, &W});
  if (proven()) return;
  std::optional<Certificate> proof = certifier_.prove_least();
  if (!proof) return;
  bound_ = proof->lower_bound;
  certificate_ = std::move(*proof);
}

const HistoryEntry& Incumbent::record(HistoryEntry entry) {
  entry.lower_bound = bound_;
  history_.push_back(entry);
  return history_.back();
}

void Incumbent::publish(Relaxation& result) const {
  result.lower_bound = bound_;
  result.relative_gap = relative_gap(result.objective, bound_);
  result.certificate = certificate_;
  result.history = history_;
  result.seconds.certify = seconds_;
}

void Incumbent::exchange(Archive& archive) {
  certifier_.exchange(archive);
  burelu::exchange(archive, certificate_);
  archive.list(history_);
  if (archive.loading()) adopt(std::move(certificate_));
}

void Incumbent::adopt(Certificate certificate) {
  const std::optional<double> proven = certificate.empty() ? std::nullopt : certifier_.confirm(certificate);
  certificate_ = proven ? std::move(certificate) : Certificate{};
  bound_ = certificate_.lower_bound = proven.value_or(std::numeric_limits<double>::quiet_NaN());
}

Progress progress_at(const HistoryEntry& check, const char* phase) {
  Progress p;
  p.evaluations = check.evaluations;
  p.seconds = check.seconds;
  p.objective = check.objective;
  p.infeasibility = check.infeasibility;
  p.lower_bound = check.lower_bound;
  p.penalty = check.penalty;
  p.rank = check.rank;
  p.network_objective = std::numeric_limits<double>::quiet_NaN();
  p.phase = phase;
  return p;
}

}  // namespace burelu
