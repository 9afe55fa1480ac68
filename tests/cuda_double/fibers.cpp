// Switches of stack by hand on x86-64 (10 ns), by ucontext elsewhere (a system call each).
#include "fibers.hpp"

#include <ucontext.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

#if defined(__x86_64__)
extern "C" void burelu_switch_stack(void** save, void* load);
extern "C" void burelu_first_entry();
// burelu_first_entry finds its argument in r12 and its function in r13, as Stack::prepare leaves them.
asm(R"(
.text
.globl burelu_switch_stack
.type burelu_switch_stack, @function
burelu_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size burelu_switch_stack, . - burelu_switch_stack
.globl burelu_first_entry
.type burelu_first_entry, @function
burelu_first_entry:
  movq %r12, %rdi
  callq *%r13
  ud2
.size burelu_first_entry, . - burelu_first_entry
)");
#endif

namespace burelu::cuda_double {
namespace {

constexpr std::size_t kStackBytes = 128 * 1024;
constexpr int kWarp = 32;

}  // namespace

struct Stack {
  std::unique_ptr<std::uint8_t[]> memory;  // empty: the thread's own stack
  const void* bottom = nullptr;
  std::size_t size = 0;
#if defined(__x86_64__)
  void* top = nullptr;
#else
  ucontext_t context{};
#endif

  void prepare(void (*entry)(Block*), Block* block) {
    memory = std::make_unique<std::uint8_t[]>(kStackBytes);
    bottom = memory.get();
    size = kStackBytes;
#if defined(__x86_64__)
    auto end = reinterpret_cast<std::uintptr_t>(memory.get() + kStackBytes) & ~std::uintptr_t{63};
    auto* words = reinterpret_cast<void**>(end) - 9;  // r15 r14 r13 r12 rbx rbp, return address; then 16-byte aligned
    std::fill(words, words + 9, nullptr);
    words[2] = reinterpret_cast<void*>(entry);
    words[3] = block;
    words[6] = reinterpret_cast<void*>(&burelu_first_entry);
    top = words;
#else
    getcontext(&context);
    context.uc_stack = {memory.get(), 0, kStackBytes};
    makecontext(&context, reinterpret_cast<void (*)()>(entry), 1, block);
#endif
  }

  void switch_to(Stack& other) {
#if defined(__SANITIZE_ADDRESS__)
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(&fake, other.bottom, other.size);
#endif
#if defined(__x86_64__)
    burelu_switch_stack(&top, other.top);
#else
    swapcontext(&context, &other.context);
#endif
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
  }
};

Block::Block(Order resume_order) : order(resume_order), scheduler_(std::make_unique<Stack>()) {}
Block::~Block() = default;

void Block::enter(Block* block) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &block->scheduler_->bottom, &block->scheduler_->size);
#endif
  block->fiber_body();
}

// A fiber runs threads until none is left to start; one that waits keeps its fiber, and another fiber goes on.
void Block::fiber_body() {
  const int fiber = fiber_;
  for (;;) {
    while (next_ < order_.size()) {
      running_ = order_[next_++];
      threads_[static_cast<std::size_t>(running_)].fiber = fiber;
      (*work_)(running_);
      threads_[static_cast<std::size_t>(running_)].done = true;
      --remaining_;
    }
    free_.push_back(fiber);
    suspend();
  }
}

int Block::take_fiber() {
  if (free_.empty()) {
    fibers_.push_back(std::make_unique<Stack>());
    fibers_.back()->prepare(&Block::enter, this);
    return static_cast<int>(fibers_.size()) - 1;
  }
  const int fiber = free_.back();
  free_.pop_back();
  return fiber;
}

// Leaves the running fiber for the next thread that can go on: directly, without the scheduler in between.
void Block::suspend() {
  Stack& from = *fibers_[static_cast<std::size_t>(fiber_)];
  if (!mixed_ && next_ == order_.size() && ready_head_ < ready_.size()) {
    const int fiber = next_ready();
    if (fiber != fiber_) from.switch_to(resumed(fiber));
  } else {
    from.switch_to(*scheduler_);
  }
}

int Block::next_ready() {
  running_ = ready_[ready_head_++];
  if (ready_head_ == ready_.size()) {
    ready_.clear();
    ready_head_ = 0;
  }
  return threads_[static_cast<std::size_t>(running_)].fiber;
}

Stack& Block::resumed(int fiber) {
  fiber_ = fiber;
  return *fibers_[static_cast<std::size_t>(fiber)];
}

bool Block::run(int threads, const std::function<void(int)>& work) {
  const auto count = static_cast<std::size_t>(threads);
  const std::size_t warps = (count + kWarp - 1) / kWarp;
  threads_.assign(count, {});
  slots_.resize(2 * count);
  arrived_.assign(warps + 1, 0);
  lines_.assign(warps + 1, 0);
  order_.clear();
  ready_.clear();
  ready_head_ = 0;
  next_ = 0;
  remaining_ = threads;
  work_ = &work;
  mixed_ = false;
  release(0, threads);
  order_.swap(ready_);
  while (remaining_ > 0 && !mixed_) {
    if (next_ < order_.size()) {
      scheduler_->switch_to(resumed(take_fiber()));
    } else if (ready_head_ < ready_.size()) {
      scheduler_->switch_to(resumed(next_ready()));
    } else {
      break;
    }
  }
  return remaining_ == 0 && !mixed_ ? true : explain();
}

// Queues threads first .. last - 1 in the order asked for.
void Block::release(int first, int last) {
  const std::size_t begin = ready_.size();
  for (int t = first; t < last; ++t) {
    threads_[static_cast<std::size_t>(t)].line = 0;
    ready_.push_back(t);
  }
  const auto from = ready_.begin() + static_cast<std::ptrdiff_t>(begin);
  if (order == Order::backward) std::reverse(from, ready_.end());
  if (order != Order::shuffled) return;
  for (std::size_t k = ready_.size() - begin; k > 1; --k) {
    shuffle_ = shuffle_ * 1664525U + 1013904223U;
    std::swap(ready_[begin + k - 1], ready_[begin + (shuffle_ >> 8U) % k]);
  }
}

void Block::wait(int group, unsigned line, bool warp) {
  const auto g = static_cast<std::size_t>(group);
  const int first = warp ? group * kWarp : 0;
  const int last =
      warp ? std::min(first + kWarp, static_cast<int>(threads_.size())) : static_cast<int>(threads_.size());
  Thread& me = threads_[static_cast<std::size_t>(running_)];
  me.line = line;
  me.warp = warp;
  if (arrived_[g]++ == 0) lines_[g] = line;
  if (lines_[g] != line) mixed_ = true;
  if (arrived_[g] == last - first && !mixed_) {
    arrived_[g] = 0;
    release(first, last);
  }
  suspend();
}

void Block::barrier(unsigned line) { wait(static_cast<int>(arrived_.size()) - 1, line, false); }

void Block::warp_barrier(unsigned line) { wait(running_ / kWarp, line, true); }

double Block::exchange(double value, int source, unsigned line) {
  const int me = running_;
  const auto turn = static_cast<std::size_t>(threads_[static_cast<std::size_t>(me)].exchanges++ % 2);
  slots_[2 * static_cast<std::size_t>(me) + turn] = value;
  warp_barrier(line);
  const int from = me / kWarp * kWarp + source % kWarp;
  return from < static_cast<int>(threads_.size()) ? slots_[2 * static_cast<std::size_t>(from) + turn] : value;
}

// Hanging fibers cannot be unwound: their stacks are kept by `fibers_`, and never used again.
bool Block::explain() {
  failure = mixed_ ? "threads of one block wait at different barriers:" : "a barrier is not reached by all threads:";
  for (std::size_t t = 0; t < threads_.size(); ++t) {
    const Thread& thread = threads_[t];
    if (t > 0 && thread.done == threads_[t - 1].done && thread.line == threads_[t - 1].line) continue;
    failure += " thread " + std::to_string(t) + (thread.done ? " ended" : " at line " + std::to_string(thread.line)) +
               (thread.warp && thread.line != 0 ? " (warp)" : "") + ";";
  }
  return false;
}

}  // namespace burelu::cuda_double
