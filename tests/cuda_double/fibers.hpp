// Runs the threads of one block as fibers on the calling thread: barriers, and exchanges within a warp.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cuda_double.hpp"

namespace burelu::cuda_double {

struct Stack;

class Block {
 public:
  explicit Block(Order order);
  ~Block();

  /// Calls `work(thread)` for every thread of the block. False, with failure() set, where a thread misses a barrier or
  /// an exchange. The fibers that hang are then given up.
  bool run(int threads, const std::function<void(int)>& work);

  /// For the running thread: returns when all threads of the block, or of its warp, have arrived at this line.
  void barrier(unsigned line);
  void warp_barrier(unsigned line);
  /// The value that lane `source` of the warp brought to this exchange.
  double exchange(double value, int source, unsigned line);

  int thread() const { return running_; }
  Order order = Order::forward;
  std::string failure;

 private:
  static void enter(Block* block);
  void fiber_body();
  void wait(int group, unsigned line, bool warp);
  void release(int first, int last);
  void suspend();
  int next_ready();
  Stack& resumed(int fiber);
  int take_fiber();
  bool explain();

  struct Thread {
    int fiber = -1;
    bool done = false;
    bool warp = false;  // waits for its warp, not for the block
    unsigned line = 0;  // waits at this line; 0: does not wait
    unsigned exchanges = 0;
  };
  std::vector<std::unique_ptr<Stack>> fibers_;
  std::vector<int> free_, ready_, order_;
  std::vector<Thread> threads_;
  std::vector<double> slots_;    // two per thread, used in turn
  std::vector<int> arrived_;     // per warp, then the block
  std::vector<unsigned> lines_;  // where they arrived
  const std::function<void(int)>* work_ = nullptr;
  std::unique_ptr<Stack> scheduler_;
  std::size_t ready_head_ = 0;  // of ready_: the first not resumed
  std::size_t next_ = 0;        // of order_: the first thread not started
  int running_ = 0;
  int fiber_ = 0;
  int remaining_ = 0;
  unsigned shuffle_ = 1;
  bool mixed_ = false;  // threads met at different lines
};

}  // namespace burelu::cuda_double
