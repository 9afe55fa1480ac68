// Starting networks for the polish: from the factor of the relaxation, or at random. Only input weights matter; the
// output weights of `random` and `gauss` are fitted by ridge regression when the polish begins.
//
// All are in coordinates of the normalised problem. What each is worth: bench/results.
#pragma once

#include <cstdint>

#include "burelu/result.hpp"
#include "seam/training_backend.hpp"

namespace burelu {

enum class StartKind { gauss, random, columns, rotate };

/// The network of width about `width`. Without a factor, or where the kind needs what the factor lacks: random.
Network starting_network(StartKind kind, const TrainingProblem& problem, const Factor* factor, index_t width,
                         std::uint64_t seed);

}  // namespace burelu
