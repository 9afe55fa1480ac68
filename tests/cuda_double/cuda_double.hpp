// The host double of the CUDA runtime, seen from the tests: what it counted, how it runs, what it should refuse.
//
// Work is queued on its stream and runs when the host waits, so that a result read too early is missing in a test as it
// would be on a device. A kernel runs block by block, its threads as fibers; a barrier that some thread of the block
// misses is a launch failure, shared memory starts as NaN, device memory comes from malloc with its exact size. More
// than 48 KB of dynamic shared memory are refused unless cudaFuncSetAttribute raised that kernel's limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace burelu::cuda_double {

/// In which order the threads of a block are resumed between barriers. Where the order changes a result, a barrier is
/// missing.
enum class Order { forward, backward, shuffled };

struct Counters {
  std::int64_t launches = 0;   ///< kernels and BLAS calls, run or recorded
  std::int64_t waits = 0;      ///< calls that wait for a stream
  std::int64_t graphs = 0;     ///< graphs recorded
  std::int64_t replays = 0;    ///< graphs launched
  std::int64_t allocated = 0;  ///< bytes of device memory in use
  std::int64_t peak = 0;       ///< their maximum
  std::int64_t strays = 0;     ///< calls on a stream, or for a handle, of a device that is not the current one
};

/// Counters of the calling thread.
Counters& counters();

/// Threads of the calling thread's kernels run in this order from now on.
void set_order(Order order);

/// As many as the environment variable BURELU_DOUBLE_DEVICES says, for a program that runs on the double; else one.
int devices_asked_for();

/// What the double pretends to be.
struct Machine {
  int devices = devices_asked_for();
  int driver = 13000;                          ///< 0: none installed
  std::size_t memory = std::size_t{1} << 34U;  ///< bytes of each device
  int multiprocessors = 2;
  int cache = 1 << 20;  ///< bytes of L2
  bool nccl = false;    ///< there is an NCCL
};
Machine& machine();

/// Communicators of NCCL that are there, of all threads.
int nccl_members();

/// Why the last launch failed, in words.
const std::string& failure();

/// Makes the `countdown`-th kernel from now on fail as an illegal access would: every later call fails as well, until
/// 0 takes it back.
void fail_launch(int countdown);

}  // namespace burelu::cuda_double
