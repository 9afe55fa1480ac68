// Sets of neurons: adding those that the dual criterion misses, joining networks, dropping and merging neurons.
#pragma once

#include <cstdint>

#include "network/polish.hpp"
#include "seam/training_backend.hpp"

namespace burelu {

/// Neurons that a network lacks. Over all widths the training problem is convex in the measure of neurons, and optimal
/// exactly where h(u) = || E' (X u)_+ || <= gamma ||u|| for all u, E the residual; any u above is a descent direction.
struct Missing {
  Network neurons;     ///< at most `most`, those with the largest h, scaled for a step of descent
  double worst = 0.0;  ///< largest h(u) / (gamma ||u||) found
};

/// Maximises h by the ascent u <- grad h / ||grad h|| (h is convex: monotone) from 2 x `most` points, until `watch`,
/// where there is one, says stop.
Missing missing_neurons(const TrainingProblem& problem, const Network& network, index_t most, std::uint64_t seed,
                        const Watch* watch = nullptr);

/// Cost of `missing_neurons` in evaluations of a network of the same width.
inline constexpr std::int64_t kSearchEvaluations = 40;

/// (1 - share) first + share second: convex in the functions and in the sum of ||u|| ||v||.
Network joined(const Network& first, const Network& second, double share);

/// The neurons of both, as they are.
Network joined(const Network& first, const Network& second);

/// The `most` neurons with the largest ||u|| ||v||.
Network largest_neurons(const Network& network, index_t most);

/// Neurons of one direction made one: || sum ||u_j|| v_j || <= sum ||u_j|| ||v_j||.
Network merged_duplicates(const Network& network);

}  // namespace burelu
