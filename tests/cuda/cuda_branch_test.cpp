// Training to the global optimum with cells on the CUDA backend's sources, against the processor.
#include "branch/global.hpp"
#include "cuda/cell_cases.hpp"
#include "driver/solve_with.hpp"
#include "support/shared_data.hpp"
#include "support/shared_problems.hpp"

namespace burelu::test {
namespace {

TEST(CudaBranch, TrainsToTheOptimumOfTheProcessor) {
  StandIn device(make_cuda_on_host_device(0, cpu_device()));
  int made = 0;
  device.make_cells = [&](const Kinks& kinks) {
    ++made;
    return make_cuda_on_host_cells(kinks, 0, few(16));
  };
  for (const std::uint64_t seed : {1U, 2U, 5U, 7U}) {
    Instance instance = branch_case(seed);
    instance.gamma = 0.5;
    const Problem problem = instance.problem();
    GlobalLimits limits;
    limits.tolerance = 1e-2;
    const GlobalOptimum there = train_globally(device, problem, presolve(problem), limits);
    const GlobalOptimum here = train_globally(processor(), problem, presolve(problem), limits);
    EXPECT_TRUE(there.reached) << seed;
    EXPECT_LE(there.certificate.lower_bound, here.objective) << seed;
    EXPECT_LE(here.certificate.lower_bound, there.objective) << seed;
    const auto again = branched_bound(problem, there.certificate);  // by the processor's search
    ASSERT_TRUE(again.has_value()) << seed;
    EXPECT_EQ(*again, there.certificate.lower_bound) << seed;
  }
  EXPECT_GT(made, 0);
}

// As users run it: the bound of a solve, on kinks of real data.
TEST(CudaBranch, BoundsIris) {
  BURELU_SHARED_OR_SKIP(path, "data/iris_train.csv");
  StandIn device(make_cuda_on_host_device(0, cpu_device()));
  device.make_cells = [](const Kinks& kinks) { return make_cuda_on_host_cells(kinks, 0, few(16)); };
  SolveOptions options;
  options.tolerance = 2e-2;
  options.bound = BoundMethod::branch;
  options.threads = 1;
  const Instance instance = shared_instance("data/iris_train.csv", 0.5);
  const Relaxation there = solve_with(instance.problem(), options, device);
  const Relaxation here = solve_with(instance.problem(), options, processor());
  EXPECT_EQ(there.status, Status::solved) << there.message;
  EXPECT_GT(there.cells, 1000);
  EXPECT_LE(there.lower_bound, here.objective);
  EXPECT_LE(here.lower_bound, there.objective);
  EXPECT_EQ(*branched_bound(instance.problem(), there.certificate), there.lower_bound);
}

}  // namespace
}  // namespace burelu::test
