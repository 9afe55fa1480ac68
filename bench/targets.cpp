#include "targets.hpp"

#include <cblas.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "burelu/errors.hpp"
#include "burelu/version.hpp"
#include "driver/devices.hpp"
#include "linalg/clock.hpp"
#include "linalg/team.hpp"
#include "study/machine.hpp"

#if defined(BURELU_BENCH_CUDA)
#include "cuda_backend.hpp"
#endif

namespace burelu::bench {
namespace {

constexpr int kTries = 5;  // the best counts

double best_seconds(const std::function<void()>& work) {
  work();
  double best = kInfinity;
  for (int k = 0; k < kTries; ++k) {
    const Clock clock;
    work();
    best = std::min(best, clock.seconds());
  }
  return best;
}

Ceilings cpu_ceilings(const CeilingSizes& sizes) {
  const auto bytes = static_cast<std::size_t>(sizes.copy_bytes);
  std::vector<char> from(bytes, 1);
  std::vector<char> to(bytes);
  const double copy = best_seconds([&] {
    Team::current().share(sizes.copy_bytes, 64, [&](int, std::int64_t begin, std::int64_t end) {
      std::memcpy(to.data() + begin, from.data() + begin, static_cast<std::size_t>(end - begin));
    });
  });
  const auto n = static_cast<int>(sizes.order);
  const std::vector<double> a(static_cast<std::size_t>(n) * static_cast<std::size_t>(n), 1.0);
  std::vector<double> c(a.size());
  const double product = best_seconds([&] {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0, a.data(), n, a.data(), n, 0.0, c.data(), n);
  });
  return {2.0 * static_cast<double>(bytes) / copy, 2.0 * n * n * static_cast<double>(n) / product};
}

Target cpu_target(const CeilingSizes& sizes) {
  Target target;
  target.name = "cpu";
  target.description = study::cpu_field("model name") + ", " + std::to_string(Team::current().size()) + " threads";
  target.device = cpu_device();
  target.ceilings = [sizes] { return cpu_ceilings(sizes); };
  return target;
}

#if defined(BURELU_BENCH_CUDA)
Target cuda_target(const CeilingSizes& sizes) {
  Target target;
  target.name = "cuda";
  target.description = cuda_properties(0).name;
  target.device = make_cuda_device(0, cpu_device());
  target.ceilings = [sizes]() -> Ceilings {
    const CudaCeilings found = cuda_ceilings(0, sizes.copy_bytes, sizes.device_order);
    return {found.bytes_per_second, found.flops_per_second};
  };
  return target;
}
#endif

// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06 ...", or nothing.
std::string driver() {
  std::ifstream in("/proc/driver/nvidia/version");
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

std::vector<Target> targets(const CeilingSizes& sizes, std::string& missing) {
  std::vector<Target> out = {cpu_target(sizes)};
#if defined(BURELU_BENCH_CUDA)
  try {
    out.push_back(cuda_target(sizes));
  } catch (const DeviceError& error) {
    missing = error.what();
  }
#else
  missing = "this build has no CUDA backend";
#endif
  const char* required = std::getenv("BURELU_REQUIRE_CUDA");
  if (!missing.empty() && required != nullptr && std::string(required) == "1") throw DeviceError(missing);
  return out;
}

nlohmann::ordered_json environment(const std::vector<Target>& targets, const std::string& missing) {
  nlohmann::ordered_json out = study::machine();
  for (const Target& target : targets) out["targets"][target.name] = target.description;
  out["cuda_missing"] = missing.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(missing);
  out["driver"] = driver();
  out["cuda_build"] = kCudaBuild;
  return out;
}

}  // namespace burelu::bench
