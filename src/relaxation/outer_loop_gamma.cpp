// The outer loop where gamma is near or above that of the zero network: the same relaxation for a smaller gamma, which
// has a factor, approaches it from below (docs/method.md, "Where the zero network is optimal").
#include "relaxation/outer_loop.hpp"

namespace burelu {

// The backend for this share of gamma; sigma 0: the backend's own start.
void OuterLoop::build(double sigma) {
  data_ = prepare(reduced_);
  data_.gamma *= state_.share;
  for (double& value : data_.decay.data) value *= state_.share;
  backend_.reset();  // two at once may not fit
  backend_ = make_(data_, sigma);
  backend_->set(settings_);
  listed_ = false;
}

// The relaxation with another gamma, from this factor, these multipliers and this penalty.
void OuterLoop::rebuild(const Point& point, const std::vector<Multiplier>& pairs, double sigma) {
  evaluations_before_ = evaluations();
  snapshot_.control.count.evaluations = 0;
  build(sigma);
  backend_->write_point(point.Shat, point.Ut);
  if (!pairs.empty()) backend_->write_multipliers(pairs);
  state_.changed_at = evaluations();
  state_.used = 0;
}

// A factor that has gone to zero says nothing about its multipliers: back to one that has not, or anew.
void OuterLoop::lower_gamma() {
  state_ = policy::lowered(state_);
  if (state_.filled > 0.0) {
    state_.rank = static_cast<int>(filled_.Shat.cols);
    rebuild(filled_, filled_multipliers_, filled_sigma_);
  } else {
    rebuild(random_start(), {}, 0.0);
  }
}

void OuterLoop::raise_gamma() {
  filled_ = {snapshot_.Shat, snapshot_.Ut};
  filled_multipliers_ = snapshot_.multipliers;
  filled_sigma_ = snapshot_.control.dual.sigma;
  state_ = policy::raised(state_);
  rebuild(filled_, filled_multipliers_, filled_sigma_);
}

}  // namespace burelu
