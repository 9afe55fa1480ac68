#include "backend/factory.hpp"

#include <omp.h>

#include <algorithm>

#include "backend/cpu_backend.hpp"
#include "burelu/errors.hpp"

namespace burelu {
namespace {

constexpr double kSmallProblem = 3e4;  // pairs of samples below which one thread is faster

int useful_threads(const RelaxationData& data, int threads) {
  return static_cast<double>(data.m) * static_cast<double>(data.m) < kSmallProblem ? 1 : threads;
}

bool wants_cuda(const std::string& device) { return device == "cuda" || device.rfind("cuda:", 0) == 0; }

}  // namespace

BackendFactory backend_factory(const std::string& device) {
  if (wants_cuda(device))
    throw DeviceError("device '" + device + "' asked for, but this build has no CUDA backend: use --device cpu");
  if (device != "cpu" && device != "auto")
    throw DataError("unknown device '" + device + "': use auto, cpu, cuda or cuda:K");
  return [](const RelaxationData& data, const BackendOptions& options) -> std::unique_ptr<Backend> {
    return std::make_unique<CpuBackend>(data, options.memory, useful_threads(data, options.threads), options.sigma);
  };
}

std::string device_name(const std::string& device) { return wants_cuda(device) ? device : "cpu"; }

int resolve_threads(int requested) { return requested > 0 ? requested : std::max(1, omp_get_max_threads()); }

}  // namespace burelu
