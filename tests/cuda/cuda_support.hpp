// What the tests of the CUDA backend on the host double share: options, a drill over all verbs, a look at everything.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "cuda_double.hpp"
#include "cuda_on_host.hpp"
#include "solver/iteration.hpp"
#include "solver/start.hpp"
#include "support/instances.hpp"

namespace burelu::test {

using cuda_double::counters;
using cuda_double::Order;

inline BackendOptions small_memory(bool single = false) {
  BackendOptions options;
  options.memory = 12;
  options.sigma = 0.7;
  options.multipliers_float = single;
  return options;
}

inline Snapshot look(Backend& backend) {
  Snapshot s;
  backend.read(s, kDual | burelu::kFactor | kPoint | kGradient);
  return s;
}

/// Every verb: evaluation without and with multipliers, the update and its sums, row importance.
inline Snapshot drill(Backend& backend, const RelaxationData& data, int rank, std::vector<Snapshot>* seen) {
  Point z = random_point(data, rank, 3);
  for (int round = 0; round < 3; ++round) {
    backend.write_point(z.Shat, z.Ut);
    descend(backend, 1);
    if (seen != nullptr) seen->push_back(look(backend));
    update(backend);
    if (seen != nullptr) seen->push_back(look(backend));
    if (round == 1) backend.reweigh();
    z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 90 + static_cast<std::uint64_t>(round));
  }
  return look(backend);
}

/// Antiparallel rows, duplicates and a zero row among 40.
inline RelaxationData medium() { return prepare(presolve(degenerate(40, 3, 2, 7).problem())); }

}  // namespace burelu::test
