// The three things burelu does: solve the relaxation, train with a certificate, certify a given network.
#pragma once

#include "burelu/export.hpp"
#include "burelu/options.hpp"
#include "burelu/result.hpp"

namespace burelu {

/// Solves the semidefinite relaxation of the training problem and proves a lower bound for it.
/// Throws `DataError` (bad data or options), `DeviceError` (where no bound was proven before the device failed),
/// `MemoryError`. Thread-safe.
BURELU_API Relaxation solve(const Problem& problem, const SolveOptions& options = {});

/// Solves the relaxation, extracts a network from its factor, polishes it on the training objective and reports how far
/// it can be from the global optimum. Throws as `solve`. Thread-safe.
BURELU_API Training train(const Problem& problem, const TrainOptions& options = {});

/// How far a given network (of any origin) can be from optimal: its objective against the bound. Throws as `solve`, and
/// `DataError` for a network that does not fit the data or whose weights are not finite.
BURELU_API NetworkCertificate certify(const Problem& problem, const Network& network, const SolveOptions& options = {});

}  // namespace burelu
