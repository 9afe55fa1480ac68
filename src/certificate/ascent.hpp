// Uphill on a function of one place, several places at a time: what is to be tried next does not depend on what else
// is tried in a round, so that a round can be shared out.
//
// Four places a long step apart, two more beyond an end that is the best; then two around the best one, and where a
// fine answer is wanted two that are nearer.
#pragma once

#include <vector>

namespace burelu {

class Ascent {
 public:
  static constexpr double kReach = 23.0;  // a place stays within -23 .. 23

  Ascent(double start, bool fine);

  /// Of the next round; none: it has ended.
  std::vector<double> next();
  /// What was found there, in the order of places: minus infinity where there is nothing.
  void take(const std::vector<double>& values);

  bool found() const;
  double best() const { return best_; }
  double value() const { return value_; }

 private:
  void propose(double place);
  void beyond(double from, double step, double longer, int count);

  bool fine_;
  double step_;
  double best_;
  double value_;
  double low_, high_;  // of the places so far
  int tried_ = 0;
  std::vector<double> places_;
};

}  // namespace burelu
