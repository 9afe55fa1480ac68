// A training problem in the normalised coordinates that the polish works on, and the way there and back.
#pragma once

#include <cmath>

#include "network/polish.hpp"

namespace burelu::study {

/// u = u' (t/s)^1/2 and v = v' (t/s)^1/2, s and t near the row norms of X and Y. X and Y must not be zero.
class ScaledTraining {
 public:
  explicit ScaledTraining(const Problem& problem)
      : normalised_(normalise(problem)), factor_(std::sqrt(normalised_.y_scale / normalised_.x_scale)) {}

  const TrainingProblem& problem() const { return normalised_.problem; }
  Network scaled(Network network) const { return times(std::move(network), 1.0 / factor_); }
  Network unscaled(Network network) const { return times(std::move(network), factor_); }

 private:
  static Network times(Network network, double factor) {
    for (double& value : network.U.data) value *= factor;
    for (double& value : network.V.data) value *= factor;
    return network;
  }

  NormalisedProblem normalised_;
  double factor_;
};

}  // namespace burelu::study
