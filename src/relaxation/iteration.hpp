// One step of the inner descent and one update of the multipliers, as sequences of verbs (docs/method.md).
#pragma once

#include "seam/backend.hpp"

namespace burelu {

/// One line-search trial of L-BFGS on the augmented Lagrangian at fixed multipliers.
inline void evaluation(Backend& backend) {
  backend.step();
  backend.activations();
  backend.output_layer();
  backend.interaction_pass();
  backend.pull_back();
  backend.judge();
  backend.accept();
  backend.direction();
}

/// A window of so many trials.
inline void descend(Backend& backend, int evaluations) {
  backend.open_window();
  backend.repeat(evaluations, [&backend] { evaluation(backend); });
}

/// T+ at the accepted point with its residuals, then the extrapolated T and the penalty of the next window.
inline void update(Backend& backend) {
  backend.open_window();
  backend.step();
  backend.activations();
  backend.output_layer();
  backend.update_multipliers();
  backend.pull_back();
  backend.judge_update();
  backend.extrapolate();
}

}  // namespace burelu
