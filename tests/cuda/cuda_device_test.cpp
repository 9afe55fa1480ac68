// What a device itself has to show, as users will run it; skipped where there is none (BURELU_REQUIRE_CUDA=1: failed).
#include <gtest/gtest.h>

#include <cmath>

#include "burelu/solve.hpp"
#include "io/scratch_folder.hpp"
#include "support/backends.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

class CudaDeviceTest : public ::testing::Test {
 protected:
  void SetUp() override { require(BackendKind::cuda); }

  static SolveOptions on(const std::string& device, double tolerance = 1e-4) {
    SolveOptions options;
    options.device = device;
    options.tolerance = tolerance;
    options.max_evaluations = 20000;
    options.threads = 1;
    return options;
  }
};

TEST_F(CudaDeviceTest, SolvesTwiceTheSameAndAgreesWithTheCpu) {
  const Instance instance = degenerate(40, 3, 2, 7);
  const Relaxation first = solve(instance.problem(), on("cuda"));
  const Relaxation second = solve(instance.problem(), on("cuda"));
  const Relaxation cpu = solve(instance.problem(), on("cpu"));
  EXPECT_EQ(first.status, Status::solved) << first.message;
  EXPECT_EQ(first.lower_bound, second.lower_bound);
  EXPECT_EQ(first.factor.A.data, second.factor.A.data);
  EXPECT_NEAR(first.lower_bound, cpu.lower_bound, 2e-4 * cpu.lower_bound);
  EXPECT_EQ(first.host_waits, first.checks + 1);
  EXPECT_NE(first.device.find("cuda"), std::string::npos);
}

TEST_F(CudaDeviceTest, BoundAgreesWithTheCpuWhereBothConverge) {
  const Instance instance = teacher(16, 2, 3, 5);
  const double bound = solve(instance.problem(), on("cpu", 1e-6)).lower_bound;
  EXPECT_NEAR(solve(instance.problem(), on("cuda", 1e-6)).lower_bound, bound, 1e-6 * bound);
}

TEST_F(CudaDeviceTest, SinglePrecisionMultipliersSolve) {
  SolveOptions options = on("cuda");
  options.multipliers_float = true;
  const Relaxation result = solve(teacher(20, 2, 3, 5).problem(), options);
  EXPECT_EQ(result.status, Status::solved) << result.message;
}

TEST_F(CudaDeviceTest, ResumesBitForBit) {
  const Instance instance = teacher(25, 2, 3, 5);
  const ScratchFolder folder;
  SolveOptions stopping = on("cuda");
  stopping.checkpoint = folder.path("state");
  stopping.checkpoint_interval = 0.0;
  stopping.progress = [seen = 0](const Progress&) mutable { return ++seen < 3; };
  solve(instance.problem(), stopping);
  SolveOptions resuming = on("cuda");
  resuming.resume = stopping.checkpoint;
  const Relaxation whole = solve(instance.problem(), on("cuda"));
  const Relaxation resumed = solve(instance.problem(), resuming);
  EXPECT_EQ(resumed.lower_bound, whole.lower_bound);
  EXPECT_EQ(resumed.evaluations, whole.evaluations);
}

TEST_F(CudaDeviceTest, TrainsANetwork) {
  const Instance instance = teacher(40, 3, 2, 9);
  TrainOptions options;
  options.solve = on("cuda", 1e-2);
  const Training device = train(instance.problem(), options);
  options.solve.device = "cpu";
  const Training cpu = train(instance.problem(), options);
  EXPECT_GE(device.objective, device.relaxation.lower_bound);
  EXPECT_LE(device.objective, 1.05 * cpu.objective);
}

}  // namespace
}  // namespace burelu::test
