// The estimate before a solve against the pieces that it is made of, and its refusal.
#include "driver/memory_estimate.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "certificate/footprint.hpp"
#include "driver/devices.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

TrainOptions on_cpu(int rank) {
  TrainOptions options;
  options.solve.device = "cpu";
  options.solve.rank = rank;
  options.solve.threads = 2;
  return options;
}

TEST(MemoryEstimate, IsOfThePresolvedProblem) {
  const Instance instance = degenerate(40, 3, 2, 7);
  const MemoryEstimate estimate = estimate_memory(instance.problem(), on_cpu(11), true);
  const Presolved reduced = presolve(instance.problem());
  ASSERT_LT(reduced.rows(), 40);
  EXPECT_EQ(estimate.size.rows, reduced.rows());
  EXPECT_EQ(estimate.size.loss_rows, reduced.Y.rows);
  EXPECT_EQ(estimate.size.rank, 11);
  EXPECT_EQ(estimate.host, presolve_bytes(instance.problem()) + solve_host_bytes(estimate.size, processor()));
  EXPECT_GT(estimate.host, processor().footprint(estimate.size) + certificate_bytes(estimate.size));
  EXPECT_GT(estimate.host_training, 0);
  EXPECT_EQ(estimate.device, "cpu");
  EXPECT_EQ(estimate.device_solve + estimate.device_training + estimate.device_free, 0);
  EXPECT_NO_THROW(estimate.require());
}

// The way into the row space, and back, takes matrices of the size of the data.
TEST(MemoryEstimate, ManyFeaturesAreCounted) {
  const Instance instance{gaussian(6, 20000, 1), gaussian(6, 2, 2), 0.1};
  const MemoryEstimate estimate = estimate_memory(instance.problem(), on_cpu(0), true);
  EXPECT_EQ(estimate.size.features, 6);
  EXPECT_GT(estimate.host, std::int64_t{3 * 6 * 20000 * 8});
  EXPECT_LT(estimate.host, std::int64_t{6 * 6 * 20000 * 8});
}

TEST(MemoryEstimate, NothingToSolveNeedsPresolveAlone) {
  const Instance instance{Matrix(3, 2), gaussian(3, 2, 2), 0.1};
  EXPECT_EQ(estimate_memory(instance.problem(), on_cpu(0), false).host, presolve_bytes(instance.problem()));
}

TEST(MemoryEstimate, WhatDoesNotFitIsRefused) {
  MemoryEstimate estimate;
  estimate.device = "cuda:0 (any)";
  estimate.host = estimate.host_available = 100;
  estimate.device_solve = 50;
  estimate.device_training = estimate.device_free = 60;  // one after the other
  EXPECT_NO_THROW(estimate.require());
  estimate.device_training = 61;
  EXPECT_THROW(estimate.require(), MemoryError);
  estimate.device_training = 0;
  estimate.host_training = 101;
  EXPECT_THROW(estimate.require(), MemoryError);
  estimate.host = std::exchange(estimate.host_training, 0);
  EXPECT_THROW(estimate.require(), MemoryError);
}

TEST(MemoryEstimate, AdviceIsAboutWhatTakesTheMemory) {
  const auto advice = [](index_t rows, index_t features, int rank) {
    SolveSize size;
    size.rows = size.loss_rows = rows;
    size.features = features;
    size.outputs = 1;
    size.rank = rank;
    size.memory = 100;
    return memory_advice(size, *cpu_device());
  };
  EXPECT_NE(advice(50000, 5, 20).find("fewer samples"), std::string::npos);
  EXPECT_NE(advice(20000, 200, 20).find("fewer samples"), std::string::npos);
  EXPECT_NE(advice(50, 50000, 20).find("fewer features"), std::string::npos);
  EXPECT_NE(advice(200, 20000, 20).find("fewer features"), std::string::npos);
  EXPECT_NE(advice(150, 4, 1000000).find("smaller rank (13 "), std::string::npos);
  EXPECT_NE(advice(1000, 50, 100000).find("smaller rank"), std::string::npos);
}

}  // namespace
}  // namespace burelu::test
