// Where verbs and solves run: this processor, and a CUDA device where build and machine have one.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "seam/device.hpp"

namespace burelu::bench {

/// What the machine can do at most: bytes read and written by a large copy, flops of a large DGEMM.
struct Ceilings {
  double bytes_per_second = 0.0;
  double flops_per_second = 0.0;
};

struct Target {
  std::string name;  ///< "cpu", "cuda"
  std::string description;
  std::shared_ptr<const Device> device;
  std::function<Ceilings()> ceilings;
};

/// How large the copy and the product are that the ceilings are measured by.
struct CeilingSizes {
  std::int64_t copy_bytes = std::int64_t{512} << 20U;
  std::int64_t order = 2048;
  std::int64_t device_order = 8192;
};

/// The processor first. `missing` says why there is no device, or is empty; where BURELU_REQUIRE_CUDA=1 that is thrown
/// as a `DeviceError`.
std::vector<Target> targets(const CeilingSizes& sizes, std::string& missing);

/// Machine, version and commit, and the devices with their driver.
nlohmann::ordered_json environment(const std::vector<Target>& targets, const std::string& missing);

}  // namespace burelu::bench
