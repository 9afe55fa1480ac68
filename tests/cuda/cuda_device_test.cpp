// What a device itself has to show: a recorded graph that does what its verbs do, and solves as users will run them.
// Skipped where there is none (BURELU_REQUIRE_CUDA=1: failed).
#include <gtest/gtest.h>

#include <cmath>

#include "burelu/solve.hpp"
#include "cuda/cuda_support.hpp"
#include "support/scratch_folder.hpp"

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
  const double bound = solve(instance.problem(), on("cpu", 1e-5)).lower_bound;
  EXPECT_NEAR(solve(instance.problem(), on("cuda", 1e-5)).lower_bound, bound, 3e-5 * bound);
}

TEST_F(CudaDeviceTest, Resumes) {
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
  EXPECT_EQ(resumed.status, whole.status);
  EXPECT_NEAR(resumed.lower_bound, whole.lower_bound, 2e-3 * whole.lower_bound);
}

TEST_F(CudaDeviceTest, CertifiesTheSameEachTime) {
  const Instance instance = teacher(600, 5, 2, 5);
  SolveOptions options = on("cuda", 1e-3);
  options.max_evaluations = 600;
  const ScratchFolder folder;
  SolveOptions stopping = options;
  stopping.checkpoint = folder.path("state");
  stopping.checkpoint_interval = 0.0;
  stopping.progress = [seen = 0](const Progress&) mutable { return ++seen < 2; };
  solve(instance.problem(), stopping);
  SolveOptions resuming = options;
  resuming.resume = stopping.checkpoint;
  const Relaxation first = solve(instance.problem(), options);
  const Relaxation second = solve(instance.problem(), options);
  const Relaxation resumed = solve(instance.problem(), resuming);
  EXPECT_TRUE(std::isfinite(first.lower_bound));
  EXPECT_EQ(second.lower_bound, first.lower_bound);
  EXPECT_NEAR(resumed.lower_bound, first.lower_bound, 1e-1 * first.lower_bound);
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

class CudaReplayTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  void SetUp() override { require(GetParam()); }
};

// Windows that repeat() records and replays, and the same verbs called one by one.
TEST_P(CudaReplayTest, EqualsTheVerbsCalledDirectlyBitwise) {
  constexpr int kWindows = 2;
  constexpr int kEvaluations = 20;
  const BackendKind kind = GetParam();
  const RelaxationData data = medium();
  const Point z = random_point(data, 7, 3);
  Snapshot runs[2];
  for (const bool replayed : {false, true}) {
    const auto backend = make_backend(kind, data, small_memory());
    const auto before = counters();
    backend->write_point(z.Shat, z.Ut);
    list_pairs(*backend);
    for (int window = 0; window < kWindows; ++window) {
      if (replayed) {
        descend(*backend, kEvaluations);
      } else {
        backend->open_window();
        for (int k = 0; k < kEvaluations; ++k) evaluation(*backend);
      }
      update(*backend);
    }
    if (kind == BackendKind::cuda_on_host) {
      EXPECT_EQ(counters().graphs - before.graphs, replayed ? 1 : 0);
      EXPECT_EQ(counters().replays - before.replays, replayed ? kWindows * kEvaluations - 1 : 0);  // the first runs
      EXPECT_EQ(counters().waits, before.waits);
    }
    runs[replayed ? 1 : 0] = look(*backend);
  }
  EXPECT_GT(runs[0].control.count.evaluations, kEvaluations);
  EXPECT_TRUE(bitwise_equal(runs[0], runs[1]));
}

INSTANTIATE_TEST_SUITE_P(All, CudaReplayTest, ::testing::ValuesIn(kCudaKinds), backend_kind_name);

}  // namespace
}  // namespace burelu::test
