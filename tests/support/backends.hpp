// The backends that one test body runs over.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "burelu/errors.hpp"
#include "cpu/cpu_backend.hpp"
#include "cpu/cpu_training.hpp"
#include "cuda_backend.hpp"
#include "driver/devices.hpp"
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

inline std::string name_of(BackendKind kind) {
  const char* const names[] = {"cpu", "cpu_two_threads", "deferred", "cuda_on_host", "cuda"};
  return names[static_cast<int>(kind)];
}

/// For GoogleTest: the name of a test, and what a failed one says of its parameter.
inline std::string backend_kind_name(const ::testing::TestParamInfo<BackendKind>& info) { return name_of(info.param); }
inline void PrintTo(BackendKind kind, std::ostream* out) { *out << name_of(kind); }

/// Why a backend cannot run here, or nothing. BURELU_REQUIRE_CUDA=1 says that a GPU must be there.
inline std::string missing(BackendKind kind) {
  if (kind != BackendKind::cuda) return {};
  try {
    find_device("cuda");
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

inline bool is_cuda(BackendKind kind) { return kind == BackendKind::cuda || kind == BackendKind::cuda_on_host; }

/// The CUDA backend as tests want it: with its tuning.
struct CudaMakers {
  std::unique_ptr<Backend> (*backend)(const RelaxationData&, const BackendOptions&, int, const CudaTuning&);
  std::unique_ptr<TrainingBackend> (*training)(const TrainingProblem&, int, int);
  std::unique_ptr<CellBackend> (*cells)(const Kinks&, int, const CudaCellTuning&);
};

inline CudaMakers cuda_makers([[maybe_unused]] BackendKind kind) {
#if defined(BURELU_TEST_CUDA)
  if (kind == BackendKind::cuda) return {make_cuda_backend, make_cuda_training, make_cuda_cells};
#endif
#if defined(BURELU_CUDA_ON_HOST)
  if (kind == BackendKind::cuda_on_host)
    return {make_cuda_on_host_backend, make_cuda_on_host_training, make_cuda_on_host_cells};
#endif
  throw DeviceError("this build has no such backend");
}

/// `tuning` is that of a CUDA backend.
inline std::unique_ptr<Backend> make_backend(BackendKind kind, const RelaxationData& data,
                                             const BackendOptions& options, const CudaTuning& tuning = {}) {
  if (is_cuda(kind)) return cuda_makers(kind).backend(data, options, 0, tuning);
  const int threads = kind == BackendKind::cpu_two_threads ? 2 : 1;
  auto cpu = std::make_unique<CpuBackend>(data, options.memory, threads, options.sigma);
  if (kind != BackendKind::deferred) return cpu;
  return std::make_unique<DeferredBackend>(std::move(cpu));
}

/// The training loss.
inline std::unique_ptr<TrainingBackend> make_training(BackendKind kind, const TrainingProblem& problem, int memory) {
  if (is_cuda(kind)) return cuda_makers(kind).training(problem, memory, 0);
  return std::make_unique<CpuTraining>(problem, memory, 1);
}

}  // namespace burelu::test
