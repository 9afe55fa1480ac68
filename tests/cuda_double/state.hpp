// What the host double remembers of each thread, and its streams: queues of work that run when the host waits.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "cuda_double.hpp"
#include "cuda_runtime.h"
#include "fibers.hpp"

using Queue = std::vector<std::function<void()>>;

struct DoubleGraph {
  std::shared_ptr<const Queue> work;
};

struct DoubleStream {
  int device = 0;
  Queue queue;
  std::unique_ptr<Queue> recorded;  // while capturing
};

namespace burelu::cuda_double {

struct State {
  Counters counters;
  Machine machine;
  Order order = Order::forward;
  std::unique_ptr<Block> block;
  std::unique_ptr<std::byte[]> shared;
  std::size_t shared_size = 0;
  std::unordered_map<void*, std::size_t> device, pinned;
  std::unordered_map<const void*, std::size_t> raised;  // dynamic shared memory that a kernel was promised
  std::string failure;
  cudaError_t error = cudaSuccess;
  int failing = 0;
  int current = 0;           // device of the calling thread
  std::size_t released = 0;  // bytes whose release a stream has not come to
  bool dead = false;         // after a failure that was asked for
};

State& state();

inline void push(cudaStream_t stream, std::function<void()> work) {
  if (stream->device != state().current) state().counters.strays += 1;
  (stream->recorded ? *stream->recorded : stream->queue).push_back(std::move(work));
}

}  // namespace burelu::cuda_double
