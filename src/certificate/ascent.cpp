#include "certificate/ascent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace burelu {
namespace {

constexpr double kLongStep = 1.6;
constexpr double kCoarse = 0.4;  // of the long step: the last one
constexpr double kCloser = 2.5;  // from step to step where it is to be fine,
constexpr double kFine = 0.11;   // down to here
constexpr double kLonger = 1.5;  // from place to place where nothing is found yet
constexpr double kAround[] = {0.0, -1.0, 1.0, -2.0};
constexpr double kWithin[] = {-1.0, 1.0, -2.0, 2.0};
constexpr int kBeyond = 2;
constexpr int kMostPlaces = 60;

}  // namespace

Ascent::Ascent(double start, bool fine)
    : fine_(fine), step_(kLongStep), best_(start), value_(-std::numeric_limits<double>::infinity()) {
  low_ = high_ = start;
}

bool Ascent::found() const { return value_ > -std::numeric_limits<double>::infinity(); }

void Ascent::propose(double place) {
  const double inside = std::clamp(place, -kReach, kReach);
  if (std::find(places_.begin(), places_.end(), inside) == places_.end()) places_.push_back(inside);
}

void Ascent::beyond(double from, double step, double longer, int count) {
  for (int k = 0; k < count; ++k, step *= longer) propose(from += step);
}

std::vector<double> Ascent::next() {
  places_.clear();
  if (tried_ >= kMostPlaces) return places_;
  if (tried_ == 0) {
    for (const double share : kAround) propose(best_ + share * step_);
  } else if (!found()) {
    if (high_ >= kReach) return places_;
    beyond(high_, kLonger * kLongStep, kLonger, 2 * kBeyond);
  } else if (best_ == low_ && low_ > -kReach) {
    beyond(low_, -step_, 1.0, kBeyond);
  } else if (best_ == high_ && high_ < kReach) {
    beyond(high_, step_, 1.0, kBeyond);
  } else {
    if (step_ <= kFine || (!fine_ && step_ < kLongStep)) return places_;
    step_ = fine_ ? step_ / kCloser : kCoarse * kLongStep;
    for (int k = 0; k < (fine_ ? 4 : 2); ++k) propose(best_ + kWithin[k] * step_);
  }
  return places_;
}

void Ascent::take(const std::vector<double>& values) {
  for (std::size_t k = 0; k < places_.size(); ++k) {
    low_ = std::min(low_, places_[k]);
    high_ = std::max(high_, places_[k]);
    if (!(values[k] > value_)) continue;
    value_ = values[k];
    best_ = places_[k];
  }
  tried_ += static_cast<int>(places_.size());
}

}  // namespace burelu
