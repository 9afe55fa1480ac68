// Gradient descent with momentum on the training objective of a network of fixed width: the baseline that the paper
// (arXiv 2410.22311) calls SGD. As published: all rows in every step, 300 neurons, momentum 0.95, the learning rate
// halved when the objective has not improved for 100 looks, one look every ten epochs, weights started uniformly in
// +-1/sqrt(fan-in). The published rates (1e-8 to 1e-6) need millions of epochs; here rates are given relative to the
// curvature at the start.
#pragma once

#include <cstdint>
#include <functional>

#include "burelu/network.hpp"

namespace burelu::study {

struct MomentumOptions {
  double learning_rate = 0.0;  ///< > 0, see `curvature`
  double momentum = 0.95;
  int epochs = 5000;
  int look_every = 10;      ///< epochs between looks at the objective
  int patience = 100;       ///< looks without improvement by 1e-4 (relative) before the rate is halved
  int visit_every = 50;     ///< epochs between visits
  double diverged = 100.0;  ///< ends, with an infinite objective, above this multiple of the first objective
};

struct Descended {
  Network network;
  double objective = 0.0;  ///< infinite where the descent diverged
};

/// Called with the network after epochs visit_every, 2 visit_every, ...
using EpochVisitor = std::function<void(int epoch, const Network& network)>;

/// U uniform in +-1/sqrt(d), V in +-1/sqrt(width).
Network uniform_network(index_t features, index_t outputs, index_t width, std::uint64_t seed);

/// Estimate of the largest curvature of the loss at `network`: ||X||^2 ||V||^2 + ||(X U)_+||^2 (spectral norms), the
/// sum of the two Gauss-Newton blocks. Descent with momentum m is stable up to about 2 (1 + m) over the curvature.
double curvature(const Problem& problem, const Network& network);

/// Cost: 6 n (d + c) k flops an epoch. Deterministic for a number of BLAS threads.
Descended descend_with_momentum(const Problem& problem, const Network& start, const MomentumOptions& options,
                                const EpochVisitor& visit = {});

}  // namespace burelu::study
