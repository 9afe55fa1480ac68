// The best W without response to a dominant feature (problem/dominance.hpp), for multipliers as they are or with more
// of an interior point. Nothing here proves anything.
#pragma once

#include "burelu/certificate.hpp"
#include "linalg/stop.hpp"
#include "problem/dominance.hpp"

namespace burelu {

/// Samples beyond which W is only projected: G is a matrix of that order.
inline constexpr index_t kMostTamedRows = 600;

/// `problem` is the tamed one, `certificate` holds multipliers for it. Fills its multipliers and W, or leaves both
/// where nothing better is found. `stop` may be null.
void improve_without_response(const Problem& problem, const Dominance& dominance, Certificate& certificate,
                              const Stop* stop);

}  // namespace burelu
