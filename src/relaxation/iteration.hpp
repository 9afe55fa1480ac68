// One step of the inner descent and one update of the multipliers, as sequences of verbs (docs/method.md).
#pragma once

#include <algorithm>
#include <climits>

#include "linalg/stop.hpp"
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

/// A window of so many trials; where `stop` is due it ends early, at a multiple of `chunk`.
inline void descend(Backend& backend, int evaluations, const Stop* stop = nullptr, int chunk = INT_MAX) {
  backend.open_window();
  for (int done = 0; done < evaluations && !due(stop); done += chunk)
    backend.repeat(std::min(chunk, evaluations - done), [&backend] { evaluation(backend); });
}

/// The list of pairs at the accepted point: where it, or the multipliers, come from outside.
inline void list_pairs(Backend& backend) {
  backend.open_window();
  backend.step();
  backend.activations();
  backend.scan();
}

/// T+ at the accepted point with its residuals, then the extrapolated T and the penalty of the next window.
inline void update(Backend& backend) {
  backend.open_window();
  backend.step();
  backend.activations();
  backend.output_layer();
  backend.scan();
  backend.update_multipliers();
  backend.pull_back();
  backend.judge_update();
  backend.extrapolate();
}

}  // namespace burelu
