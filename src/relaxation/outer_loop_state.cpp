// The state of the outer loop in a checkpoint: written, read, and looked at before it is gone on with.
#include <limits>

#include "relaxation/outer_loop.hpp"
#include "seam/control_check.hpp"

namespace burelu {

// The state after a check: what the next window depends on, and what the result has so far.
void OuterLoop::exchange(Archive& archive) {
  certifier_.exchange(archive);
  archive.list(active_);
  archive.value(cut_rounds_);
  archive.value(evaluations_before_);
  archive.value(result_.bound_without_cuts);
  if (archive.loading()) {
    for (const std::int32_t id : active_)
      if (id < 0 || id >= static_cast<std::int32_t>(certifier_.cuts().size())) Archive::refuse();
    if (!active_.empty()) build(0.0);
  }
  backend_->exchange(archive);
  burelu::exchange(archive, result_.certificate);
  archive.value(result_.lower_bound);
  archive.value(result_.outer_iterations);
  archive.value(result_.checks);
  archive.value(result_.host_waits);
  archive.list(result_.history);
  archive.value(snapshot_.control);
  archive.value(settings_);
  archive.value(rank_);
  archive.value(window_);
  archive.value(certified_at_);
  archive.value(rank_changed_at_);
  archive.value(escapes_);
}

// A file may say anything: what would lead outside of an array, overflow or never end is refused.
void OuterLoop::check_state(int capacity) {
  Snapshot now;
  backend_->read(now, kPoint);
  const bool loop = now.Shat.cols == rank_ && window_ >= kWindow && window_ <= kWindowMax &&
                    counts(escapes_, kEscapesMost) && counts(certified_at_) && counts(rank_changed_at_) &&
                    counts(settings_.extrapolate, 1) && counts(cut_rounds_, 1 << 20) && counts(evaluations_before_);
  const bool numbers = counts(result_.outer_iterations) && counts(result_.checks) && counts(result_.host_waits);
  if (!loop || !numbers || !plausible(now.control, capacity) || !plausible(snapshot_.control, capacity))
    Archive::refuse();
}

// A file is no proof: the bound of a checkpoint counts for what its certificate proves here and now.
void OuterLoop::confirm_bound() {
  const std::optional<double> proven =
      result_.certificate.empty() ? std::nullopt : certifier_.confirm(result_.certificate);
  result_.lower_bound = proven.value_or(std::numeric_limits<double>::quiet_NaN());
  result_.certificate.lower_bound = result_.lower_bound;
  if (!proven) result_.certificate = {};
}

void OuterLoop::save_if_due(bool last) {
  if (options_.checkpoint.empty()) return;
  if (!last && clock_.seconds() - saved_at_ < options_.checkpoint_interval) return;
  CheckpointWriter writer;
  exchange(writer);
  writer.write(options_.checkpoint, key_);
  saved_at_ = clock_.seconds();
}

}  // namespace burelu
