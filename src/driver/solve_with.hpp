// solve() and train() over any backend: the entry point of tests and of the device choice.
#pragma once

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "seam/factory.hpp"

namespace burelu {

Relaxation solve_with(const Problem& problem, const SolveOptions& options, const Backends& backends);

/// The same for train().
Training train_with(const Problem& problem, const TrainOptions& options, const Backends& backends);

}  // namespace burelu
