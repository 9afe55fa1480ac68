// A device whose relaxations are solved by all ranks together.
#pragma once

#include <memory>

#include "ranks/lead.hpp"
#include "seam/device.hpp"

namespace burelu {

/// `local`: this rank's own device, which does all else, and relaxations too small to share.
std::shared_ptr<const Device> spread(Lead& lead, std::shared_ptr<const Device> local);

}  // namespace burelu
