// The one way in which a kernel is launched.
#pragma once

#include <tuple>
#include <utility>

#include "check.hpp"

namespace burelu::cuda {

struct Grid {
  dim3 blocks;
  unsigned threads;
  std::size_t shared = 0;  ///< bytes of dynamic shared memory
};

inline constexpr unsigned kThreads = 256;

/// Enough blocks of kThreads for `count` threads.
inline Grid covering(std::int64_t count, std::size_t shared = 0) {
  return {dim3(static_cast<unsigned>((count + kThreads - 1) / kThreads)), kThreads, shared};
}

template <class... P, std::size_t... k>
void launch_tuple(cudaStream_t stream, const Grid& grid, void (*kernel)(P...), std::tuple<P...>& values,
                  std::index_sequence<k...>) {
  void* pointers[] = {static_cast<void*>(&std::get<k>(values))..., nullptr};
  check(cudaLaunchKernel(kernel, grid.blocks, dim3(grid.threads), pointers, grid.shared, stream), "cudaLaunchKernel");
}

/// Queues `kernel` with these arguments, which are copied. An empty grid is no launch.
template <class... P, class... A>
void launch(cudaStream_t stream, const Grid& grid, void (*kernel)(P...), A... arguments) {
  if (grid.blocks.x == 0 || grid.blocks.y == 0) return;
  std::tuple<P...> values{arguments...};
  launch_tuple(stream, grid, kernel, values, std::index_sequence_for<P...>());
}

}  // namespace burelu::cuda
