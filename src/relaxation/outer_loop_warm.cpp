// The outer loop from where a solve for another gamma left off: its factor, its penalty, and its multipliers, which as
// a dual point are homogeneous in gamma.
#include <algorithm>
#include <limits>

#include "problem/gap.hpp"
#include "relaxation/outer_loop.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kFirstUpdates = 16;  // of a warm start: it may be done after any of them
// A factor for a larger gamma has fewer columns in use, and one that is idle stays so for long: the others settle, and
// the bound waits for it. So idle ones, whose singular values are below this share of the largest, begin as neurons of
// this size (bank_notes, 20 gammas: 7,718 evaluations with noise in all columns instead, 5,317 so; .15 and 1 of that
// size 6,222 and 11,016; iris 3,784, 3,436, 5,001; mnist_pca20 1,927, 1,947, 2,192).
constexpr double kIdle = 1e-2;
constexpr double kNeuron = 0.3;

}  // namespace

bool OuterLoop::nearly_there() const {
  return warm_ != nullptr && !warm_->empty() && result_.outer_iterations < kFirstUpdates;
}

// Another gamma's dual point, rescaled, may be all it takes.
bool OuterLoop::bound_is_enough() {
  if (!bound_alone_ || !(relative_gap(network_, incumbent_.bound()) <= options_.tolerance)) return false;
  const double none = std::numeric_limits<double>::quiet_NaN();
  result_.objective = result_.infeasibility = none;
  incumbent_.record({0, clock_.seconds(), none, none, 0.0, none, state_.rank});
  finish(Status::solved, "the bound of another gamma is within the tolerance of the network");
  result_.factor = {Matrix(reduced_.rows(), 0), Matrix(reduced_.features(), 0), Matrix(reduced_.outputs(), 0)};
  return true;
}

bool OuterLoop::begin_warm() {
  if (warm_ == nullptr || warm_->empty() || state_.share < 1.0) return false;
  state_.rank = std::max(state_.rank, static_cast<int>(warm_->point.Shat.cols));
  const double ratio = reduced_.gamma / warm_->gamma;  // of multipliers, and of the penalty, which is T over S
  build(ratio * warm_->sigma);
  const bool fits = warm_->point.Shat.rows == data_.m && warm_->point.Ut.rows == data_.d;
  if (!fits) return false;
  const Point kept = with_rank(data_, warm_->point, state_.rank, options_.seed);
  const Point point = with_neurons(data_, kept, numerical_rank(data_, kept, kIdle), kNeuron, options_.seed);
  backend_->write_point(point.Shat, point.Ut);
  std::vector<Multiplier> pairs = warm_->multipliers;
  for (Multiplier& pair : pairs) pair.value *= ratio;
  if (!pairs.empty()) backend_->write_multipliers(pairs);
  return true;
}

WarmStart OuterLoop::left_off() {
  WarmStart out;
  if (!backend_) return out;
  backend_->read(snapshot_, kDual | kPoint);
  out.point = {snapshot_.Shat, snapshot_.Ut};
  out.multipliers = snapshot_.multipliers;
  out.sigma = snapshot_.control.dual.sigma;
  out.gamma = reduced_.gamma * state_.share;
  return out;
}

}  // namespace burelu
