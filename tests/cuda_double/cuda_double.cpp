// Kernels of the host double: launched on a stream, run block by block with their threads as fibers.
#include "cuda_double.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "state.hpp"

namespace burelu::cuda_double {

State& state() {
  static thread_local State instance;
  return instance;
}

namespace {

constexpr std::size_t kSharedAnyway = 48 * 1024;  // bytes of dynamic shared memory that any kernel may have
constexpr int kSharedMost = 227 * 1024;           // of a block on an H100

void fail(const std::string& why) {
  state().error = cudaErrorLaunchFailure;
  state().failure = why;
}

// Exact size, so that AddressSanitizer sees an access outside; NaN, so that others see a missing barrier.
void fresh_shared(std::size_t bytes) {
  State& s = state();
  if (s.shared_size != bytes || !s.shared) s.shared.reset(new std::byte[bytes]);
  s.shared_size = bytes;
  if (bytes > 0) std::memset(s.shared.get(), 0xff, bytes);
}

void run_kernel(dim3 grid, dim3 block, std::size_t shared, const std::function<void()>& work) {
  State& s = state();
  if (s.error != cudaSuccess) return;
  if (s.failing > 0 && --s.failing == 0) {
    s.dead = true;
    return fail("a kernel was asked to fail");
  }
  if (!s.block) s.block = std::make_unique<Block>(s.order);
  s.block->order = s.order;
  blockDim = block;
  gridDim = grid;
  const auto threads = static_cast<int>(block.x * block.y * block.z);
  const std::function<void(int)> thread_work = [&work, block](int thread) {
    const auto t = static_cast<unsigned>(thread);
    threadIdx = {t % block.x, t / block.x % block.y, t / (block.x * block.y)};
    work();
  };
  for (unsigned z = 0; z < grid.z; ++z)
    for (unsigned y = 0; y < grid.y; ++y)
      for (unsigned x = 0; x < grid.x; ++x) {
        blockIdx = {x, y, z};
        fresh_shared(shared);
        if (s.block->run(threads, thread_work)) continue;
        fail(s.block->failure);
        s.block.reset();
        return;
      }
}

// Index variables are the thread's own: restored when its fiber goes on.
template <class Wait>
auto waiting(const Wait& wait) {
  struct Restore {
    uint3 index = threadIdx;
    ~Restore() { threadIdx = index; }
  } const restore;
  return wait(*state().block);
}

}  // namespace

int devices_asked_for() {
  const char* asked = std::getenv("BURELU_DOUBLE_DEVICES");
  return asked == nullptr ? 1 : std::atoi(asked);
}

Counters& counters() { return state().counters; }
Machine& machine() { return state().machine; }
const std::string& failure() { return state().failure; }
void set_order(Order order) { state().order = order; }
void fail_launch(int countdown) {
  state().failing = countdown;
  state().dead = false;
  state().error = cudaSuccess;
}
void* shared_bytes() { return state().shared.get(); }

cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
  if (state().dead) return cudaErrorLaunchFailure;
  counters().launches += 1;
  push(stream, std::move(work));
  return cudaSuccess;
}

cudaError_t raise_shared(const void* kernel, int bytes) {
  if (bytes < 0 || bytes > kSharedMost) return cudaErrorInvalidValue;
  state().raised[kernel] = static_cast<std::size_t>(bytes);
  return cudaSuccess;
}

cudaError_t launch(const void* kernel, dim3 grid, dim3 block, std::size_t shared, cudaStream_t stream,
                   std::function<void()> work) {
  const auto raised = state().raised.find(kernel);
  const std::size_t most = raised == state().raised.end() ? kSharedAnyway : std::max(kSharedAnyway, raised->second);
  const bool sane = grid.x > 0 && grid.y > 0 && grid.z > 0 && grid.y < 65536 && grid.z < 65536 &&
                    block.x * block.y * block.z > 0 && block.x * block.y * block.z <= 1024 && shared <= most;
  if (!sane) return cudaErrorInvalidValue;
  return enqueue(stream, [grid, block, shared, work = std::move(work)] { run_kernel(grid, block, shared, work); });
}

}  // namespace burelu::cuda_double

void __syncthreads(const std::source_location& at) {
  burelu::cuda_double::waiting([&](auto& block) { block.barrier(at.line()); });
}
void __syncwarp(unsigned, const std::source_location& at) {
  burelu::cuda_double::waiting([&](auto& block) { block.warp_barrier(at.line()); });
}
double __shfl_xor_sync(unsigned, double value, int lanes, const std::source_location& at) {
  return burelu::cuda_double::waiting(
      [&](auto& block) { return block.exchange(value, (block.thread() % 32) ^ lanes, at.line()); });
}
