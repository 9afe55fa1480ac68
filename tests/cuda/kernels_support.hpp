// What tests of launchers share: a device, and arrays between sentinels. Compiled twice, as these tests are: for the
// host double, with the names of rename.hpp, and where there is a CUDA compiler for a device.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "support/backends.hpp"

#if defined(BURELU_CUDA_ON_HOST)
constexpr auto kKind = burelu::test::BackendKind::cuda_on_host;
#include "rename.hpp"
#else
constexpr auto kKind = burelu::test::BackendKind::cuda;
#endif
// Below, `cuda` is the namespace of the backend that is tested.
#include "resources.hpp"

namespace burelu::test {

class CudaKernels : public ::testing::Test {
 protected:
  void SetUp() override { require(kKind); }
};

inline constexpr std::int64_t kGuard = 40;
inline constexpr double kSentinel = 1234.5678;

/// Waits for the stream.
template <class T>
std::vector<T> fetched(const cuda::DeviceBuffer<T>& from, const cuda::Stream& stream) {
  std::vector<T> out(static_cast<std::size_t>(from.size()));
  cuda::check(cudaMemcpyAsync(out.data(), from.data(), from.bytes(), cudaMemcpyDeviceToHost, stream), "fetched");
  stream.wait();
  return out;
}

/// An array of the device with sentinels on both sides.
struct Guarded {
  cuda::DeviceBuffer<double> memory;
  std::int64_t size;
  const cuda::Stream& stream;

  Guarded(const std::vector<double>& values, const cuda::Stream& its_stream)
      : memory(static_cast<std::int64_t>(values.size()) + 2 * kGuard, its_stream),
        size(static_cast<std::int64_t>(values.size())),
        stream(its_stream) {
    const std::vector<double> guard(static_cast<std::size_t>(kGuard), kSentinel);
    memory.write(stream, guard.data(), kGuard);
    memory.write(stream, values.data(), size, kGuard);
    memory.write(stream, guard.data(), kGuard, kGuard + size);
  }
  double* data() const { return memory.data() + kGuard; }
  /// Waits.
  std::vector<double> values() const {
    const std::vector<double> all = fetched(memory, stream);
    for (std::int64_t k = 0; k < kGuard; ++k) {
      EXPECT_EQ(all[static_cast<std::size_t>(k)], kSentinel);
      EXPECT_EQ(all[static_cast<std::size_t>(kGuard + size + k)], kSentinel);
    }
    return {all.begin() + kGuard, all.end() - kGuard};
  }
};

}  // namespace burelu::test
