// Quotas of control groups: `cpu.max` holds "quota period" (version 2), `cpu.cfs_quota_us` and `cpu.cfs_period_us` one
// number each (version 1); "max" and -1 mean none. Inside a container the path listed may be that of the host, which is
// not below the mount: the mount itself is then the group.
#include "linalg/cgroup.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace burelu {
namespace {

namespace fs = std::filesystem;

constexpr double kNone = 1e9;

double ratio(double quota, double period) { return quota > 0.0 && period > 0.0 ? quota / period : kNone; }

double quota_of(const fs::path& group) {
  double quota = 0.0;
  double period = 0.0;
  if (std::ifstream(group / "cpu.max") >> quota >> period) return ratio(quota, period);
  if (std::ifstream(group / "cpu.cfs_quota_us") >> quota && std::ifstream(group / "cpu.cfs_period_us") >> period)
    return ratio(quota, period);
  return kNone;
}

/// Of the group and all above it.
double quota_up_from(const fs::path& mount, const std::string& path) {
  double least = quota_of(mount);
  fs::path group = mount;
  for (const fs::path& part : fs::path(path).relative_path()) {
    group /= part;
    least = std::min(least, quota_of(group));
  }
  return least;
}

bool has_cpu(const std::string& controllers) {
  std::istringstream in(controllers);
  for (std::string name; std::getline(in, name, ',');)
    if (name == "cpu") return true;
  return false;
}

}  // namespace

// Lines are "number:controllers:path"; version 2 has no controllers.
double cgroup_processors(const fs::path& process, const fs::path& mount) {
  double least = kNone;
  std::ifstream in(process);
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    std::vector<fs::path> mounts;
    if (controllers.empty()) mounts = {mount, mount / "unified"};
    if (has_cpu(controllers)) mounts = {mount / controllers, mount / "cpu"};
    for (const fs::path& at : mounts) least = std::min(least, quota_up_from(at, path));
  }
  return least;
}

}  // namespace burelu
