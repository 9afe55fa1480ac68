// The state of the outer loop in a checkpoint: written, read, and looked at before it is gone on with.
#include <algorithm>
#include <cmath>

#include "relaxation/outer_loop.hpp"
#include "seam/control_check.hpp"

namespace burelu {

// The state after a check: what the next window depends on, and what the result has so far.
void OuterLoop::exchange(Archive& archive) {
  incumbent_.exchange(archive);
  archive.value(evaluations_before_);
  archive.value(state_);
  if (archive.loading()) {
    if (!(state_.share > 0.0 && state_.share <= 1.0)) Archive::refuse();
    if (state_.share < 1.0) build(0.0);
  }
  BackendState state;
  if (!archive.loading()) backend_->save(state);
  burelu::exchange(archive, state, data_.m, data_.d);
  if (archive.loading()) {
    if (state.Shat.cols != state_.rank) Archive::refuse();
    backend_->load(state);
    listed_ = false;
  }
  archive.value(result_.outer_iterations);
  archive.value(result_.checks);
  archive.value(result_.host_waits);
  archive.value(snapshot_.control);
  archive.value(settings_);
  archive.value(trials_);
  archive.matrix(filled_.Shat);
  archive.matrix(filled_.Ut);
  archive.list(filled_multipliers_);
  archive.value(filled_sigma_);
  if (archive.loading()) check_state();
}

// A file may say anything: what would lead outside of an array, overflow or never end is refused.
void OuterLoop::check_state() const {
  const auto share = [](double value) { return value >= 0.0 && value <= 1.0; };
  const bool loop = state_.window >= policy::kWindow && state_.window <= policy::kWindowMax &&
                    counts(state_.escapes, policy::kEscapesMost) && counts(state_.hopes, 1 << 20) &&
                    counts(state_.used, 1 << 30) && counts(state_.certified_at) && counts(state_.changed_at) &&
                    counts(settings_.extrapolate, 1) && counts(settings_.most) && counts(trials_, 1 << 20) &&
                    counts(evaluations_before_) && share(state_.filled) && state_.step >= 1.0 &&
                    state_.step <= policy::kRaise;
  const bool numbers = counts(result_.outer_iterations) && counts(result_.checks) && counts(result_.host_waits);
  if (!loop || !numbers || !filled_fits() || !plausible(snapshot_.control)) Archive::refuse();
}

/// Whether the factor kept of a smaller gamma has the sizes of this problem, where there has to be one.
bool OuterLoop::filled_fits() const {
  if (!(state_.filled > 0.0)) return true;
  const auto rows = static_cast<std::int32_t>(data_.factor_rows());
  const auto inside = [rows](const Multiplier& pair) {
    return pair.j >= 0 && pair.j < pair.i && pair.i < rows && pair.i != pair.j + rows / 2 && pair.value >= 0.0 &&
           std::isfinite(pair.value);
  };
  return filled_.Shat.rows == data_.m && filled_.Shat.cols > 0 && filled_.Ut.rows == data_.d &&
         filled_.Ut.cols == filled_.Shat.cols && std::isfinite(filled_sigma_) &&
         std::all_of(filled_multipliers_.begin(), filled_multipliers_.end(), inside);
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
