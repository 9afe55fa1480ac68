// What Repair remembers between calls, to and from a checkpoint. A file may say anything: what does not fit is refused.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "certificate/repair.hpp"
#include "linalg/all_finite.hpp"
#include "seam/control_check.hpp"

namespace burelu {

void Repair::exchange(Archive& archive) {
  for (Repaired* state : {&average_, &incumbent_}) {
    archive.value(state->bound);
    archive.list(state->pairs);
    archive.list(state->tau);
    archive.matrix(state->W);
  }
  archive.matrix(Lambda_);
  archive.value(place_);
  archive.value(lift_);
  archive.value(ground_);
  archive.value(calls_);
  if (archive.loading() && !(fits(average_) && fits(incumbent_) && fits_incumbent() && fits_climbs()))
    Archive::refuse();
}

/// Whether what a file says has the sizes of this problem.
bool Repair::fits(const Repaired& state) const {
  if (state.tau.empty()) return state.pairs.empty() && state.W.data.empty();
  const index_t forms = 2 * m_;
  const auto inside = [forms](const Multiplier& pair) {
    return pair.j >= 0 && pair.j <= pair.i && pair.i < forms && std::isfinite(pair.value);
  };
  return static_cast<index_t>(state.tau.size()) == m_ && state.W.rows == reduced_.Y.rows && state.W.cols == c_ &&
         std::all_of(state.pairs.begin(), state.pairs.end(), inside);
}

/// The bound that an incumbent gives is finite: one that is not would never be replaced.
bool Repair::fits_incumbent() const {
  const Repaired& state = incumbent_;
  if (state.tau.empty()) return state.bound == -kInfinity;
  return std::isfinite(state.bound) && all_finite(state.tau) && all_finite(state.W.data);
}

/// A climb from a place that is no number would not end.
bool Repair::fits_climbs() const {
  const auto within = [](double place) { return place >= -Ascent::kReach && place <= Ascent::kReach; };
  return std::all_of(std::begin(place_), std::end(place_), within) && lift_ >= 0.0 && std::isfinite(lift_) &&
         ground_ >= 0.0 && ground_ <= kGroundMost && counts(calls_, 1 << 30);
}

}  // namespace burelu
