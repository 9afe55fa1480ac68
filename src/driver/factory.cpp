#include "seam/factory.hpp"

#include <algorithm>

#include "burelu/errors.hpp"
#include "cpu/cpu_backend.hpp"

#if defined(BURELU_WITH_CUDA)
#include "cuda_backend.hpp"
#endif

namespace burelu {
namespace {

constexpr double kSmallProblem = 3e4;  // pairs of samples below which one thread is faster

int useful_threads(const RelaxationData& data, int threads) {
  return static_cast<double>(data.m) * static_cast<double>(data.m) < kSmallProblem ? 1 : threads;
}

bool wants_cuda(const std::string& device) { return device == "cuda" || device.rfind("cuda:", 0) == 0; }

void check_name(const std::string& device) {
  const bool numbered = device.size() > 5 && device.size() < 9 && device.rfind("cuda:", 0) == 0 &&
                        device.find_first_not_of("0123456789", 5) == std::string::npos;
  if (device != "cpu" && device != "auto" && device != "cuda" && !numbered)
    throw DataError("unknown device '" + device + "': use auto, cpu, cuda or cuda:K");
}

#if defined(BURELU_WITH_CUDA)
constexpr int kNoCuda = -1;
constexpr int kTrainingMemory = 20;  // as on the CPU
/// Order of the slack from which a device is asked: below, a factorisation on the CPU takes less than some
/// milliseconds, about what the calls and copies of one take. Not measured on a device.
constexpr index_t kSmallSlack = 512;

// Number of the CUDA device behind a name; kNoCuda where it means the CPU.
int cuda_number(const std::string& device) {
  if (wants_cuda(device)) return device.size() > 5 ? std::stoi(device.substr(5)) : 0;
  if (device == "cpu") return kNoCuda;
  try {
    return cuda_devices().empty() ? kNoCuda : 0;
  } catch (const DeviceError&) {  // auto takes a GPU where one works
    return kNoCuda;
  }
}

std::pair<std::string, std::string> line_of(const CudaDevice& device, std::size_t number) {
  const auto gigabytes = static_cast<int>(static_cast<double>(device.memory) / 1e9 + 0.5);
  return {"device cuda:" + std::to_string(number), device.name + ", " + std::to_string(gigabytes) +
                                                       " GB, driver for CUDA " + std::to_string(device.driver / 1000) +
                                                       "." + std::to_string(device.driver % 1000 / 10)};
}

BackendFactory cuda_factory(int number) {
  const std::vector<CudaDevice> devices = cuda_devices();
  if (static_cast<std::size_t>(number) >= devices.size())
    throw DeviceError("CUDA device " + std::to_string(number) + " was asked for, but there are " +
                      std::to_string(devices.size()) + " on this machine; use --device cpu");
  return [number](const RelaxationData& data, const BackendOptions& options) {
    return make_cuda_backend(data, options, number);
  };
}
#endif

}  // namespace

BackendFactory backend_factory(const std::string& device) {
  check_name(device);
#if defined(BURELU_WITH_CUDA)
  if (const int number = cuda_number(device); number != kNoCuda) return cuda_factory(number);
#else
  if (wants_cuda(device))
    throw DeviceError("device '" + device + "' asked for, but this build has no CUDA backend: use --device cpu");
#endif
  return [](const RelaxationData& data, const BackendOptions& options) -> std::unique_ptr<Backend> {
    if (options.multipliers_float)
      throw DataError("multipliers in single precision need a CUDA device: the CPU backend stores them in double");
    return std::make_unique<CpuBackend>(data, options.memory, useful_threads(data, options.threads), options.sigma);
  };
}

TrainingBackendFactory training_factory([[maybe_unused]] const std::string& device) {
#if defined(BURELU_WITH_CUDA)
  if (const int number = cuda_number(device); number != kNoCuda)
    return [number](const TrainingProblem& problem) { return make_cuda_training(problem, kTrainingMemory, number); };
#endif
  return {};
}

SlackFactory slack_factory([[maybe_unused]] const std::string& device) {
#if defined(BURELU_WITH_CUDA)
  if (const int number = cuda_number(device); number != kNoCuda)
    return [number](const Matrix& X, double gamma, index_t columns) -> std::unique_ptr<Slack> {
      if (X.rows + X.cols < kSmallSlack) return nullptr;
      return make_cuda_slack(X, gamma, columns, number);
    };
#endif
  return {};
}

Backends backends_on(const std::string& device) {
  return {backend_factory(device), training_factory(device), slack_factory(device)};
}

std::int64_t device_slack_bytes([[maybe_unused]] const std::string& device, [[maybe_unused]] const SolveSize& size) {
#if defined(BURELU_WITH_CUDA)
  if (const int number = cuda_number(device); number != kNoCuda && size.rows + size.features >= kSmallSlack)
    return cuda_slack_memory({size.rows, size.features, size.slack_columns}, number);
#endif
  return 0;
}

std::int64_t device_solve_bytes([[maybe_unused]] const std::string& device, [[maybe_unused]] const SolveSize& size,
                                [[maybe_unused]] bool multipliers_float) {
#if defined(BURELU_WITH_CUDA)
  if (cuda_number(device) != kNoCuda)
    return cuda_memory({size.rows, size.features, size.outputs, size.loss_rows, size.rank, size.memory,
                        multipliers_float, size.cuts, size.cut_terms()});
#endif
  return 0;
}

std::int64_t device_training_bytes([[maybe_unused]] const std::string& device,
                                   [[maybe_unused]] const TrainingSize& size) {
#if defined(BURELU_WITH_CUDA)
  if (cuda_number(device) != kNoCuda)
    return cuda_training_memory({size.rows, size.features, size.outputs, size.width, kTrainingMemory});
#endif
  return 0;
}

std::int64_t device_free_bytes([[maybe_unused]] const std::string& device) {
#if defined(BURELU_WITH_CUDA)
  if (const int number = cuda_number(device); number != kNoCuda) return cuda_free_memory(number);
#endif
  return 0;
}

std::vector<std::pair<std::string, std::string>> cuda_device_lines() {
  std::vector<std::pair<std::string, std::string>> lines;
#if defined(BURELU_WITH_CUDA)
  try {
    for (const CudaDevice& device : cuda_devices()) lines.emplace_back(line_of(device, lines.size()));
    if (lines.empty()) lines.emplace_back("device cuda", "none found");
  } catch (const DeviceError& error) {
    lines.emplace_back("device cuda", std::string("none: ") + error.what());
  }
#endif
  return lines;
}

std::string device_name(const std::string& device) {
#if defined(BURELU_WITH_CUDA)
  const int number = cuda_number(device);
  if (number == kNoCuda) return "cpu";
  return "cuda:" + std::to_string(number) + " (" + cuda_devices().at(static_cast<std::size_t>(number)).name + ")";
#else
  return wants_cuda(device) ? device : "cpu";
#endif
}

}  // namespace burelu
