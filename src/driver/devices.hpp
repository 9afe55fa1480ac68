// The devices there are, by name.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "burelu/options.hpp"
#include "seam/device.hpp"

namespace burelu {

/// This processor.
std::shared_ptr<const Device> cpu_device();

/// The device for "auto", "cpu", "cuda", "cuda:K"; auto is the first CUDA device where one works, else the processor.
/// Throws `DataError` for any other name, `DeviceError` where that device is not there.
std::shared_ptr<const Device> find_device(const std::string& name);

/// The device of the options, and of all ranks where there are several.
std::shared_ptr<const Device> find_device(const SolveOptions& options);

/// One line per CUDA device, or one that says why there is none: name and description.
std::vector<std::pair<std::string, std::string>> cuda_device_lines();

}  // namespace burelu
