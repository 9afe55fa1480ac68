// Solves of one problem for one gamma after the other, each from where the last one left off.
#pragma once

#include <limits>
#include <optional>

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "problem/dominance.hpp"
#include "relaxation/warm_start.hpp"
#include "seam/device.hpp"

namespace burelu {

/// What a solve leaves to the next. Certificate and warm start are of the problem with its targets scaled
/// (target_scale.hpp), which is the same for every gamma.
struct Continuation {
  WarmStart relaxation;
  Certificate certificate;
  std::optional<Dominance> dominance;  ///< certificate and warm start are of the tamed data (dominant.hpp)
  double objective = std::numeric_limits<double>::infinity();  ///< of a network for the next gamma, targets scaled too
  Network network;  ///< in the coordinates of the data as given, or of no use; its directions are where branch begins
};

/// As solve_with (solve_with.hpp). Branch and bound of its own accord is all there is, where it proved anything: what
/// the relaxation could add is not worth its time on a path.
Relaxation solve_from(const Problem& problem, const SolveOptions& options, const Device& device, Network* network,
                      Continuation& chain);

/// The certificate of another gamma for this one: W and T are multiplied by what is best of the scales that keep the
/// proof, in proportion to gamma at most. Its bound is not proven yet. Empty where there is no such scale.
Certificate rescaled(const Problem& problem, const Certificate& certificate);

/// D of what `rescaled` makes, to working precision: what the bound would be.
double rescaled_value(const Problem& problem, const Certificate& certificate);

/// A rescaled certificate with its bound proven, or an empty one.
Certificate proven_rescaled(const Problem& problem, const Certificate& certificate);

}  // namespace burelu
