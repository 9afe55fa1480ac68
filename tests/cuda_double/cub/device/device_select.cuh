// cub::DeviceSelect for the host compiler: a call that wants memory, and the selection, queued on its stream.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda_runtime.h"

namespace cub {

struct DeviceSelect {
  // NOLINTNEXTLINE(readability-identifier-naming): NVIDIA's name
  template <class In, class Flags, class Out, class Count>
  static cudaError_t Flagged(void* temporary, std::size_t& bytes, In in, Flags flags, Out out, Count chosen,
                             std::int64_t items, cudaStream_t stream = nullptr) {
    constexpr std::size_t kBytes = 256;  // so that a caller who asks for none is found out
    if (temporary == nullptr) {
      bytes = kBytes;
      return cudaSuccess;
    }
    if (bytes < kBytes) return cudaErrorInvalidValue;
    return burelu::cuda_double::enqueue(stream, [=] {
      std::int64_t count = 0;
      for (std::int64_t i = 0; i < items; ++i)
        if (flags[i]) out[count++] = in[i];
      *chosen = static_cast<std::int64_t>(count);
    });
  }
};

}  // namespace cub
