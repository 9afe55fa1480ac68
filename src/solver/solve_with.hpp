// solve() and train() over any backend: the entry point of tests and of the device choice.
#pragma once

#include "backend/factory.hpp"
#include "burelu/options.hpp"
#include "burelu/result.hpp"

namespace burelu {

Relaxation solve_with(const Problem& problem, const SolveOptions& options, const BackendFactory& factory);

/// The same for train(); an empty `training` is the CPU's.
Training train_with(const Problem& problem, const TrainOptions& options, const BackendFactory& factory,
                    const TrainingBackendFactory& training);

}  // namespace burelu
