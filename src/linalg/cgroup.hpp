// The processor time that Linux's control groups allow, in processors: where there is a quota (containers, batch
// systems), threads beyond it are stopped in turns and the others wait for them.
#pragma once

#include <filesystem>

namespace burelu {

/// The smallest quota over period of the groups that `process` (as /proc/self/cgroup) lists and of those above them,
/// version 1 and 2, mounted below `mount`. A very large number where there is none.
double cgroup_processors(const std::filesystem::path& process = "/proc/self/cgroup",
                         const std::filesystem::path& mount = "/sys/fs/cgroup");

}  // namespace burelu
