// What the tests of the CUDA backend share: options, a drill over all verbs, a look at everything.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cuda_double.hpp"
#include "cuda_on_host.hpp"
#include "relaxation/iteration.hpp"
#include "relaxation/start.hpp"
#include "support/backends.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"

namespace burelu::test {

using cuda_double::counters;
using cuda_double::Order;

/// The sources of the backend on the host double, and on a device where there is one.
inline const std::vector<BackendKind> kCudaKinds = {BackendKind::cuda_on_host, BackendKind::cuda};

/// For names of tests: "_cuda_on_host", "_cuda".
inline std::string suffix(BackendKind kind) { return "_" + backend_kind_name({kind, 0}); }

inline BackendOptions small_memory() {
  BackendOptions options;
  options.memory = 12;
  options.sigma = 0.7;
  return options;
}

/// Whatever the machine pretends to be, it is itself again afterwards.
struct Pretend {
  cuda_double::Machine kept = cuda_double::machine();
  ~Pretend() { cuda_double::machine() = kept; }
};

/// The host double as the device of a solve with few L-BFGS pairs.
inline StandIn double_with_pairs(int memory) {
  StandIn device(make_cuda_on_host_device(0, cpu_device()));
  device.make_relaxation = [memory](const RelaxationData& data, BackendOptions options) {
    options.memory = memory;
    return make_cuda_on_host_backend(data, options, 0);
  };
  return device;
}

inline Snapshot look(Backend& backend) {
  Snapshot s;
  backend.read(s, kDual | burelu::kFactor | kPoint | kGradient);
  return s;
}

inline bool bitwise_equal(const Snapshot& a, const Snapshot& b) {
  const auto same = [](const Multiplier& s, const Multiplier& t) {
    return s.i == t.i && s.j == t.j && s.value == t.value;
  };
  return a.A.data == b.A.data && a.Ut.data == b.Ut.data && a.Shat.data == b.Shat.data && a.tau == b.tau &&
         std::equal(a.multipliers.begin(), a.multipliers.end(), b.multipliers.begin(), b.multipliers.end(), same) &&
         a.gradient_Ut.data == b.gradient_Ut.data && a.control.value.accepted == b.control.value.accepted &&
         a.control.search.step == b.control.search.step;
}

/// Every verb: evaluation without and with multipliers, the update and its sums, row importance.
inline Snapshot drill(Backend& backend, const RelaxationData& data, int rank, std::vector<Snapshot>* seen) {
  Point z = random_point(data, rank, 3);
  for (int round = 0; round < 3; ++round) {
    backend.write_point(z.Shat, z.Ut);
    list_pairs(backend);
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
