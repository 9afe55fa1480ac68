#include "driver/devices.hpp"

#include <optional>
#include <utility>

#include "burelu/errors.hpp"
#include "cpu/cpu_device.hpp"
#include "ranks/lead.hpp"

#if defined(BURELU_WITH_CUDA)
#include "cuda_backend.hpp"
#endif

namespace burelu {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

#if defined(BURELU_WITH_CUDA)

std::string description(const CudaProperties& device) {
  const auto gigabytes = static_cast<int>(static_cast<double>(device.memory) / 1e9 + 0.5);
  return device.name + ", " + std::to_string(gigabytes) + " GB, driver for CUDA " +
         std::to_string(device.driver / 1000) + "." + std::to_string(device.driver % 1000 / 10);
}

Lines lines_of_cuda() {
  Lines lines;
  for (const CudaProperties& device : cuda_devices())
    lines.emplace_back("device cuda:" + std::to_string(lines.size()), description(device));
  if (lines.empty()) lines.emplace_back("device cuda", "none found");
  return lines;
}

std::shared_ptr<const Device> cuda_device(int number) { return make_cuda_device(number, cpu_device()); }

#else

Lines lines_of_cuda() { return {}; }

std::shared_ptr<const Device> cuda_device(int) {
  throw DeviceError("a CUDA device was asked for, but this build has no CUDA backend: use --device cpu");
}

#endif

/// Number of the CUDA device with this name.
std::optional<int> cuda_number(const std::string& name) {
  if (name == "cuda") return 0;
  const bool numbered = name.size() > 5 && name.size() < 9 && name.starts_with("cuda:") &&
                        name.find_first_not_of("0123456789", 5) == std::string::npos;
  return numbered ? std::optional<int>(std::stoi(name.substr(5))) : std::nullopt;
}

}  // namespace

std::shared_ptr<const Device> cpu_device() { return std::make_shared<CpuDevice>(); }

std::shared_ptr<const Device> find_device(const std::string& name) {
  if (name == "cpu") return cpu_device();
  if (name == "auto") {
    try {
      return cuda_device(0);
    } catch (const DeviceError&) {
      return cpu_device();
    }
  }
  const std::optional<int> number = cuda_number(name);
  if (!number) throw DataError("unknown device '" + name + "': use auto, cpu, cuda or cuda:K");
  return cuda_device(*number);
}

std::shared_ptr<const Device> find_device(const SolveOptions& options) {
  std::shared_ptr<const Device> local = find_device(options.device);
  if (options.lead == nullptr || !options.lead->leads()) return local;
  const std::string name = local->is_host() ? "cpu" : options.device == "auto" ? "cuda" : options.device;
  return options.lead->device(name, std::move(local));
}

Lines cuda_device_lines() {
  try {
    return lines_of_cuda();
  } catch (const DeviceError& error) {
    return {{"device cuda", std::string("none: ") + error.what()}};
  }
}

}  // namespace burelu
