// Whole solves by the CUDA backend's sources on the host double, against the CPU.
#include "backend/cpu_backend.hpp"
#include "cuda/cuda_support.hpp"
#include "solver/solve_with.hpp"

namespace burelu::test {
namespace {

Relaxation solve_on(const Instance& instance, double tolerance, const BackendFactory& factory) {
  SolveOptions options;
  options.tolerance = tolerance;
  options.max_evaluations = 20000;
  options.threads = 1;
  return solve_with(instance.problem(), options, factory);
}

constexpr int kFewPairs = 20;  // most of the double's time goes into the recursion over the pairs
constexpr int kManyPairs = 100;

BackendFactory on_host(int memory = kFewPairs, bool single = false) {
  return [single, memory](const RelaxationData& data, BackendOptions options) {
    options.multipliers_float = single;
    options.memory = memory;
    return make_cuda_on_host_backend(data, options, 0);
  };
}

BackendFactory on_cpu() {
  return [](const RelaxationData& data, BackendOptions options) {
    return std::make_unique<CpuBackend>(data, kManyPairs, 1, options.sigma);
  };
}

TEST(CudaSolve, WaitsOncePerCheck) {
  const Instance instance = teacher(20, 2, 3, 5);
  const auto before = counters().waits;
  const Relaxation result = solve_on(instance, 1e-4, on_host());
  EXPECT_EQ(result.status, Status::solved) << result.message;
  EXPECT_EQ(counters().waits - before, result.checks + 1);
  EXPECT_EQ(result.host_waits, result.checks + 1);
}

TEST(CudaSolve, BoundAgreesWithTheCpu) {
  const Instance instance = teacher(16, 2, 3, 5);
  const Relaxation device = solve_on(instance, 1e-6, on_host(kManyPairs));
  const Relaxation cpu = solve_on(instance, 1e-6, on_cpu());
  EXPECT_EQ(device.status, Status::solved) << device.message;
  EXPECT_EQ(cpu.status, Status::solved) << cpu.message;
  EXPECT_NEAR(device.lower_bound, cpu.lower_bound, 1e-6 * cpu.lower_bound);
}

TEST(CudaSolve, SinglePrecisionMultipliersStillSolve) {
  const Instance instance = teacher(20, 2, 3, 5);
  const Relaxation single = solve_on(instance, 1e-4, on_host(kFewPairs, true));
  EXPECT_EQ(single.status, Status::solved) << single.message;
}

}  // namespace
}  // namespace burelu::test
