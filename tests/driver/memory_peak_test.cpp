// What a whole solve allocates at its peak, counted in this program's own allocations, against the estimate before it.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "burelu/solve.hpp"
#include "driver/memory_estimate.hpp"
#include "support/instances.hpp"
#include "support/shared_problems.hpp"

namespace {

std::atomic<std::int64_t> in_use = 0;
std::atomic<std::int64_t> peak = 0;

void* counted(void* p) {
  if (p == nullptr) throw std::bad_alloc();
  const auto size = static_cast<std::int64_t>(malloc_usable_size(p));
  const std::int64_t now = in_use.fetch_add(size) + size;
  std::int64_t before = peak.load();
  while (before < now && !peak.compare_exchange_weak(before, now)) {
  }
  return p;
}

void release(void* p) {
  if (p != nullptr) in_use.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(p)));
  std::free(p);
}

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr bool kCounted = true;
// NOLINTBEGIN(misc-new-delete-overloads): the others call these
void* operator new(std::size_t size) { return counted(std::malloc(std::max<std::size_t>(size, 1))); }
void* operator new(std::size_t size, std::align_val_t to) {
  const auto unit = static_cast<std::size_t>(to);
  return counted(std::aligned_alloc(unit, (std::max<std::size_t>(size, 1) + unit - 1) / unit * unit));
}
void operator delete(void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete(void* p, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { release(p); }
// NOLINTEND(misc-new-delete-overloads)
#else
constexpr bool kCounted = false;
#endif

namespace burelu::test {
namespace {

struct Sized {
  const char* name;
  Instance instance;
  std::int64_t evaluations;  // enough for the longest lists and a certificate
};

TEST(MemoryPeak, LiesWithinTheEstimateAndNotFarBelow) {
  if (!kCounted) GTEST_SKIP() << "a sanitizer replaces the allocator";
  std::vector<Sized> all = {{"teacher 60", teacher(60, 3, 2, 12), 600},
                            {"teacher 400", teacher(400, 6, 2, 3, 5.0), 300},
                            {"teacher 1200", teacher(1200, 8, 3, 5, 40.0), 90}};
  for (Sized& sized : all) {
    TrainOptions options;
    options.solve.threads = 2;
    options.solve.bound = BoundMethod::relaxation;
    options.solve.device = "cpu";
    options.solve.max_evaluations = sized.evaluations;
    const MemoryEstimate estimate = estimate_memory(sized.instance.problem(), options, false);
    const std::int64_t before = in_use;
    peak = before;
    const Relaxation result = solve(sized.instance.problem(), options.solve);
    ASSERT_FALSE(std::isnan(result.lower_bound));
    const std::int64_t used = peak - before;
    EXPECT_LE(used, estimate.host) << sized.name;
    EXPECT_GE(used, estimate.host / 6) << sized.name;  // of few lines all pairs are counted, and few listed
  }
}

}  // namespace
}  // namespace burelu::test
