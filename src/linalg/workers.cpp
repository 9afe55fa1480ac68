// Each worker waits on a counter of its own, so that a small team wakes no more threads than it has. A part is taken by
// raising the last 16 bits of `job_`, which fails for a worker that comes late: the job has another number then.
#include "linalg/workers.hpp"

#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <memory>
#include <system_error>
#include <vector>

#include "linalg/blas_scope.hpp"

namespace burelu {
namespace {

/// Looks at a word before a thread sleeps: about 20 microseconds, what waking it costs.
constexpr int kLooks = 1000;

constexpr int kBits = 16;  // of a number of parts in `job_`
constexpr std::uint64_t kPart = (std::uint64_t{1} << kBits) - 1;

thread_local bool at_work = false;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Returns when the word is not `value` any more.
void await_change(const std::atomic<std::uint32_t>& word, std::uint32_t value) {
  for (int look = 0; look < kLooks; ++look) {
    if (word.load(std::memory_order_acquire) != value) return;
    pause();
  }
  word.wait(value, std::memory_order_acquire);
}

/// Where OpenMP binds its threads (OMP_PROC_BIND, OMP_PLACES), the calling thread is on one place and new threads would
/// be with it: they may use all places.
void spread() {
  const int places = omp_get_num_places();
  if (places == 0) return;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  for (int place = 0; place < places; ++place) {
    std::vector<int> processors(static_cast<std::size_t>(omp_get_place_num_procs(place)));
    omp_get_place_proc_ids(place, processors.data());
    for (const int processor : processors) CPU_SET(static_cast<std::size_t>(processor), &mask);
  }
  pthread_setaffinity_np(pthread_self(), sizeof mask, &mask);
}

}  // namespace

bool Workers::working() { return at_work; }

Workers& Workers::of_this_thread() {
  thread_local std::unique_ptr<Workers> own;
  if (own && own->process_ != ::getpid()) static_cast<void>(own.release());  // a fork has no threads: none to be ended
  if (!own) own = std::make_unique<Workers>();
  return *own;
}

Workers::Workers() : process_(::getpid()) {}

Workers::~Workers() {
  ended_ = true;
  for (Worker& worker : workers_) {
    worker.asked.fetch_add(1, std::memory_order_release);
    worker.asked.notify_one();
  }
  for (Worker& worker : workers_) worker.thread.join();
}

int Workers::ensure(int count) {
  while (static_cast<int>(workers_.size()) < count) {
    Worker& worker = workers_.emplace_back();
    try {
      worker.thread = std::thread([this, &worker] { serve(worker); });
    } catch (const std::system_error&) {
      workers_.pop_back();
      return static_cast<int>(workers_.size());
    }
  }
  return count;
}

void Workers::serve(Worker& own) {
  at_work = true;
  omp_set_num_threads(1);  // of BLAS calls on this thread
  spread();
  for (std::uint32_t seen = 0;;) {
    await_change(own.asked, seen);
    seen = own.asked.load(std::memory_order_acquire);
    if (ended_) return;
    take_parts();
  }
}

void Workers::take_parts() {
  std::uint64_t job = job_.load(std::memory_order_acquire);
  while ((job & kPart) < (job >> kBits & kPart)) {
    if (!job_.compare_exchange_weak(job, job + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
    call_(work_, static_cast<int>(job & kPart));
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) left_.notify_one();
    job = job_.load(std::memory_order_acquire);
  }
}

void Workers::run(int count, int parts, Call call, const void* work) {
  call_ = call;
  work_ = work;
  left_.store(static_cast<std::uint32_t>(parts), std::memory_order_relaxed);
  const std::uint64_t number = (job_.load(std::memory_order_relaxed) >> 2 * kBits) + 1;
  job_.store(number << 2 * kBits | static_cast<std::uint64_t>(parts) << kBits, std::memory_order_release);
  for (int k = 0; k < count; ++k) {
    Worker& worker = workers_[static_cast<std::size_t>(k)];
    worker.asked.fetch_add(1, std::memory_order_release);
    worker.asked.notify_one();
  }
  at_work = true;
  {
    const BlasScope one;
    take_parts();
  }
  at_work = false;
  for (std::uint32_t left = left_.load(std::memory_order_acquire); left != 0;
       left = left_.load(std::memory_order_acquire))
    await_change(left_, left);
}

}  // namespace burelu
