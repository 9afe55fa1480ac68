// The other ranks' side: they do what rank 0 says until it says that nothing more will come.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "ranks/ranks.hpp"
#include "seam/device.hpp"

namespace burelu {

/// What other rooms have to do on all ranks: a request to an answer, with the rank's own device.
using Job = std::function<std::string(const Device& device, const std::string& request)>;
using Jobs = std::map<std::string, Job>;
/// A device by its name; throws `DeviceError` where it is not there.
using DeviceFinder = std::function<std::shared_ptr<const Device>(const std::string& name)>;

/// Returns at the end. Throws where this rank cannot go on, which the others must be told; `RanksLost` where they are
/// gone. `threads` of this rank.
void serve(Ranks& ranks, const DeviceFinder& find, const Jobs& jobs, int threads);

}  // namespace burelu
