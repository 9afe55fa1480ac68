// solve() and train() on a given device: the device named in the options is not looked at.
#pragma once

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "seam/device.hpp"

namespace burelu {

/// Where branch and bound trained a network on its way, that is put into `network` (of width 0 otherwise).
Relaxation solve_with(const Problem& problem, const SolveOptions& options, const Device& device,
                      Network* network = nullptr);

/// The same for train().
Training train_with(const Problem& problem, const TrainOptions& options, const Device& device);

}  // namespace burelu
