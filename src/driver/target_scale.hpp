// Targets of any size: the problem with Y / t and gamma / t, t a power of two, is the same problem. Networks are
// sqrt(t) times, residuals and multipliers t times, objectives and bounds t^2 times those of the scaled one.
#pragma once

#include "burelu/network.hpp"
#include "burelu/options.hpp"
#include "burelu/problem.hpp"
#include "burelu/result.hpp"

namespace burelu {

/// 1 where rows of Y have a mean norm between 1/16 and 16 (rows of zeros apart), else the power of two nearest to it.
double target_scale(const MatrixView& Y);

Matrix divided(const MatrixView& M, double divisor);

/// Progress of the scaled problem as that of the problem given.
ProgressCallback scaled_progress(const ProgressCallback& progress, double t);

/// The network of the scaled problem as that of the problem given.
void scale_network(Network& network, double t);

/// The result of the scaled problem as that of the problem given, its certificate proven again for it unless that
/// takes a tree.
void scale_result(Relaxation& result, const Problem& problem, double t);

}  // namespace burelu
