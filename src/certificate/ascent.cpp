#include "certificate/ascent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace burelu {
namespace {

constexpr double kLongStep = 1.6;
constexpr double kCloser = 0.4;  // from step to step,
constexpr double kCoarse = 0.3;  // down to here,
constexpr double kFine = 0.2;    // or where it is to be fine to here
constexpr double kLonger = 1.5;  // from place to place where nothing is found yet
constexpr double kAround[] = {0.0, -1.0, 1.0, -2.0};
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
    if (kCloser * step_ <= (fine_ ? kFine : kCoarse)) return places_;
    step_ *= kCloser;
    for (const double sign : {-1.0, 1.0}) propose(best_ + sign * step_);
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
