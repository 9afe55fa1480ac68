// The estimate of memory against what is really allocated, and the refusal.
#include "linalg/memory.hpp"

#include "cpu/footprint.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include "burelu/errors.hpp"
#include "certificate/footprint.hpp"
#include "cpu/cpu_backend.hpp"
#include "relaxation/iteration.hpp"
#include "relaxation/start.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCountable = false;
#else
constexpr bool kCountable = true;
#endif

std::int64_t in_use() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

TEST(Memory, TheEstimateIsWhatTheBackendAllocates) {
  if (!kCountable) GTEST_SKIP() << "a sanitizer replaces the allocator";
  const Instance instance = teacher(700, 5, 3, 1);
  const RelaxationData data = prepare(presolve(instance.problem()));
  const std::int64_t before = in_use();
  CpuBackend backend(data, 30, 2, 1.0);
  const Point start = random_point(data, 12, 1);
  const std::int64_t point =
      static_cast<std::int64_t>((start.Shat.data.size() + start.Ut.data.size()) * sizeof(double));
  backend.write_point(start.Shat, start.Ut);
  list_pairs(backend);
  Snapshot now;
  backend.read(now, kScalars);
  const std::int64_t used = in_use() - before - point;
  // One list is left; beside it there were one more, and what it was made from.
  const SolveSize size{data.m, data.d, data.c, data.loss_rows(), 12, 30, 2, now.control.lists.pairs};
  const std::int64_t estimate = cpu_backend_bytes(size);
  const std::int64_t gone = cpu_list_bytes(size.pairs, size.rows) - pair_list_bytes(size.pairs, 2 * size.rows) +
                            2 * size.rows * 12 * std::int64_t{2 * sizeof(float)};
  EXPECT_NEAR(static_cast<double>(used), static_cast<double>(estimate - gone), 0.05 * static_cast<double>(estimate));
}

TEST(Memory, LargeProblemsDoNotOverflow) {
  SolveSize large{200000, 1000, 10, 200000, 40, 100, 64};
  large.pairs = std::int64_t{1} << 32;
  EXPECT_GT(cpu_backend_bytes(large), std::int64_t{96} << 32);
  EXPECT_GT(certificate_bytes(large), std::int64_t{200000} * 8 * 10 * 1000);
}

TEST(Memory, WhatDoesNotFitIsRefusedWithBothFigures) {
  EXPECT_NO_THROW(require_memory(10, 10, "this machine"));
  try {
    require_memory(std::int64_t{3} << 40, std::int64_t{5} << 30, "this machine");
    FAIL();
  } catch (const MemoryError& error) {
    EXPECT_NE(std::string(error.what()).find("3.0 TiB"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("5.0 GiB"), std::string::npos) << error.what();
  }
  EXPECT_GT(available_bytes(), 0);
}

}  // namespace
}  // namespace burelu::test
