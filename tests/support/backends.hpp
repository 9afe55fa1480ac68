// The backends that one test body runs over.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "backend/cpu_backend.hpp"
#include "backend/cpu_slack.hpp"
#include "backend/factory.hpp"
#include "burelu/errors.hpp"
#include "support/deferred_backend.hpp"

#if defined(BURELU_CUDA_ON_HOST)
#include "cuda_on_host.hpp"
#endif

namespace burelu::test {

/// cuda_on_host: the sources of the CUDA backend on the host double of tests/cuda_double.
enum class BackendKind { cpu, cpu_two_threads, deferred, cuda_on_host, cuda };

inline const std::vector<BackendKind> kBackendKinds = {BackendKind::cpu, BackendKind::cpu_two_threads,
                                                       BackendKind::deferred,
#if defined(BURELU_CUDA_ON_HOST)
                                                       BackendKind::cuda_on_host,
#endif
                                                       BackendKind::cuda};

inline std::string backend_kind_name(const ::testing::TestParamInfo<BackendKind>& info) {
  const char* const names[] = {"cpu", "cpu_two_threads", "deferred", "cuda_on_host", "cuda"};
  return names[static_cast<int>(info.param)];
}

/// Why a backend cannot run here, or nothing. BURELU_REQUIRE_CUDA=1 says that a GPU must be there.
inline std::string missing(BackendKind kind) {
  if (kind != BackendKind::cuda) return {};
  try {
    backend_factory("cuda");
    return {};
  } catch (const DeviceError& error) {
    return error.what();
  }
}

/// For the set-up of a test: skips it, or fails it where BURELU_REQUIRE_CUDA=1.
inline void require(BackendKind kind) {
  const std::string reason = missing(kind);
  if (reason.empty()) return;
  const char* required = std::getenv("BURELU_REQUIRE_CUDA");
  if (required != nullptr && std::string(required) == "1") FAIL() << reason;
  GTEST_SKIP() << reason;
}

inline std::unique_ptr<Backend> make_backend(BackendKind kind, const RelaxationData& data,
                                             const BackendOptions& options) {
  if (kind == BackendKind::cuda) return backend_factory("cuda")(data, options);
#if defined(BURELU_CUDA_ON_HOST)
  if (kind == BackendKind::cuda_on_host) return make_cuda_on_host_backend(data, options, 0);
#endif
  const int threads = kind == BackendKind::cpu_two_threads ? 2 : 1;
  auto cpu = std::make_unique<CpuBackend>(data, options.memory, threads, options.sigma);
  if (kind != BackendKind::deferred) return cpu;
  return std::make_unique<DeferredBackend>(std::move(cpu));
}

/// The slack of certificates; of these kinds cuda_on_host and cuda differ from the CPU's. Null on a device where the
/// order is small.
inline std::unique_ptr<Slack> make_slack(BackendKind kind, const Matrix& X, double gamma, index_t columns) {
  if (kind == BackendKind::cuda) return slack_factory("cuda")(X, gamma, columns);
#if defined(BURELU_CUDA_ON_HOST)
  if (kind == BackendKind::cuda_on_host) return make_cuda_on_host_slack(X, gamma, columns, 0);
#endif
  return std::make_unique<CpuSlack>(X, gamma);
}

}  // namespace burelu::test
