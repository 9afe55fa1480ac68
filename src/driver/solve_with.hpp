// solve() and train() on a given device: the device named in the options is not looked at.
#pragma once

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "seam/device.hpp"

namespace burelu {

Relaxation solve_with(const Problem& problem, const SolveOptions& options, const Device& device);

/// The same for train().
Training train_with(const Problem& problem, const TrainOptions& options, const Device& device);

}  // namespace burelu
