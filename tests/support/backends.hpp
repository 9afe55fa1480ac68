// The backends that one test body runs over.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "backend/cpu_backend.hpp"
#include "backend/factory.hpp"
#include "support/deferred_backend.hpp"

namespace burelu::test {

enum class BackendKind { cpu, cpu_two_threads, deferred };
inline constexpr BackendKind kBackendKinds[] = {BackendKind::cpu, BackendKind::cpu_two_threads, BackendKind::deferred};

inline std::string backend_kind_name(const ::testing::TestParamInfo<BackendKind>& info) {
  switch (info.param) {
    case BackendKind::cpu:
      return "cpu";
    case BackendKind::cpu_two_threads:
      return "cpu_two_threads";
    case BackendKind::deferred:
      return "deferred";
  }
  return "unknown";
}

inline std::unique_ptr<Backend> make_backend(BackendKind kind, const RelaxationData& data,
                                             const BackendOptions& options) {
  const int threads = kind == BackendKind::cpu_two_threads ? 2 : 1;
  auto cpu = std::make_unique<CpuBackend>(data, options.memory, threads, options.sigma);
  if (kind != BackendKind::deferred) return cpu;
  return std::make_unique<DeferredBackend>(std::move(cpu));
}

}  // namespace burelu::test
