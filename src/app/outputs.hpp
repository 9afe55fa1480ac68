// The files that a command will write, looked at before hours of work.
#pragma once

#include <string>
#include <vector>

namespace burelu::app {

/// Every output can be written, and none replaces an input or another output. Empty names are passed over. Throws
/// `UsageError`, `DataError`.
void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs);

}  // namespace burelu::app
