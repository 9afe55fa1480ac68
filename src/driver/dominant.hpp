// Data with a dominant feature (problem/dominance.hpp): the tamed problem is solved in place of the one given, and its
// network and its bound are brought back.
#pragma once

#include <functional>
#include <optional>

#include "burelu/certificate.hpp"
#include "burelu/network.hpp"
#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "linalg/stop.hpp"
#include "network/extraction.hpp"
#include "problem/dominance.hpp"

namespace burelu {

using Solver = std::function<Relaxation(const Problem&, const SolveOptions&, Network*)>;

/// `solver` for the tamed problem; its result as that of the problem given, the certificate proven for it. Bounds on
/// the way are those of another problem, so progress has none. Nothing where taming underflows.
std::optional<Relaxation> solve_tamed(const Problem& problem, const Dominance& dominance, const SolveOptions& options,
                                      const Solver& solver, Network* network);

/// Networks of the tamed data as those of the data given, and back for a factor's U.
void multiply_row(Matrix& U, const Dominance& dominance, int direction);

/// As train_network. Where there is a dominant feature, on the tamed data: nearly the same problem, and a network's
/// objective is lower for the data given.
Network train_tamed(const Device& device, const Problem& problem, const Factor* factor, const TrainOptions& options,
                    const TrainingBudget& budget, std::int64_t& evaluations);

/// The bound of a certificate, proven again for these data, whatever its proof; nothing where that fails or where
/// `stop`, which may be null, is due.
std::optional<double> certified_bound(const Problem& problem, const Certificate& certificate,
                                      const Stop* stop = nullptr);

}  // namespace burelu
