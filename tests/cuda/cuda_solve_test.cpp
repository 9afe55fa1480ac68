// Whole solves by the CUDA backend's sources on the host double, against the CPU.
#include <algorithm>
#include <cstdlib>

#include "backend/cpu_backend.hpp"
#include "cuda/cuda_support.hpp"
#include "solver/solve_with.hpp"
#include "support/shared_data.hpp"
#include "support/shared_problems.hpp"

namespace burelu::test {
namespace {

constexpr int kFewPairs = 20;  // most of the double's time goes into the recursion over the pairs
constexpr int kManyPairs = 100;

BackendFactory on_host(int memory = kFewPairs, bool single = false) {
  return [single, memory](const RelaxationData& data, BackendOptions options) {
    options.multipliers_float = single;
    options.memory = memory;
    return make_cuda_on_host_backend(data, options, 0);
  };
}

BackendFactory on_cpu(int memory) {
  return [memory](const RelaxationData& data, BackendOptions options) {
    return std::make_unique<CpuBackend>(data, memory, 1, options.sigma);
  };
}

SolveOptions options_to(double tolerance, std::int64_t evaluations = 20000) {
  SolveOptions options;
  options.tolerance = tolerance;
  options.max_evaluations = evaluations;
  options.threads = 1;
  return options;
}

TEST(CudaSolve, WaitsOncePerCheck) {
  const Instance instance = teacher(20, 2, 3, 5);
  const auto before = counters().waits;
  const Relaxation result = solve_with(instance.problem(), options_to(1e-4), on_host());
  EXPECT_EQ(result.status, Status::solved) << result.message;
  EXPECT_EQ(counters().waits - before, result.checks + 1);
  EXPECT_EQ(result.host_waits, result.checks + 1);
}

// Two runs that round differently part ways within some hundred evaluations; what they agree on is the optimum, so each
// has to come within 1e-6 of it. The double takes 2 to 10 ms per evaluation.
struct Whole {
  const char* name;
  const char* data;
  index_t every, rows;  ///< of the file: each `every`-th row, `rows` of them at most
  int pairs;
  std::int64_t evaluations;
  bool is_long;
};

constexpr index_t kAll = 1 << 20;

Instance some_rows(const Instance& all, index_t every, index_t most) {
  const index_t n = std::min((all.X.rows + every - 1) / every, most);
  Instance out{Matrix(n, all.X.cols), Matrix(n, all.Y.cols), all.gamma};
  for (index_t i = 0; i < n; ++i) {
    std::copy_n(all.X.row(every * i), all.X.cols, out.X.row(i));
    std::copy_n(all.Y.row(every * i), all.Y.cols, out.Y.row(i));
  }
  return out;
}

class CudaBound : public ::testing::TestWithParam<Whole> {};

TEST_P(CudaBound, AgreesWithTheCpu) {
  const Whole& whole = GetParam();
  const char* wanted = std::getenv("BURELU_LONG_TESTS");
  if (whole.is_long && (wanted == nullptr || std::string(wanted) != "1"))
    GTEST_SKIP() << "takes minutes; BURELU_LONG_TESTS=1 runs it";
  BURELU_SHARED_OR_SKIP(path, whole.data);
  const Instance instance = some_rows(shared_instance(whole.data, 0.1), whole.every, whole.rows);
  SolveOptions options = options_to(whole.is_long ? 1e-7 : 1e-6, whole.evaluations);
  options.rank = 10;
  const Relaxation device = solve_with(instance.problem(), options, on_host(whole.pairs));
  const Relaxation cpu = solve_with(instance.problem(), options, on_cpu(whole.pairs));
  if (!whole.is_long) {
    EXPECT_EQ(device.status, Status::solved) << device.message;
    EXPECT_EQ(cpu.status, Status::solved) << cpu.message;
  }
  EXPECT_NEAR(device.lower_bound, cpu.lower_bound, 1e-6 * cpu.lower_bound);
}

INSTANTIATE_TEST_SUITE_P(
    Data, CudaBound,
    ::testing::Values(Whole{"part_of_randomized_00", "data/randomized/randomized_00.csv", 1, 10, 100, 10000, false},
                      Whole{"part_of_spiral", "data/spiral.csv", 4, kAll, 100, 10000, false},
                      Whole{"part_of_iris", "data/iris_train.csv", 5, kAll, 100, 10000, false},
                      Whole{"randomized_00", "data/randomized/randomized_00.csv", 1, kAll, 200, 18000, true},
                      Whole{"spiral", "data/spiral.csv", 1, kAll, 200, 60000, true},
                      Whole{"iris", "data/iris_train.csv", 1, kAll, 200, 26000, true}),
    [](const ::testing::TestParamInfo<Whole>& one) { return std::string(one.param.name); });

TEST(CudaSolve, BoundOfATeacherAgreesWithTheCpu) {
  const Instance instance = teacher(10, 2, 3, 5);
  const Relaxation device = solve_with(instance.problem(), options_to(1e-6), on_host(kManyPairs));
  const Relaxation cpu = solve_with(instance.problem(), options_to(1e-6), on_cpu(kManyPairs));
  EXPECT_EQ(device.status, Status::solved) << device.message;
  EXPECT_EQ(cpu.status, Status::solved) << cpu.message;
  EXPECT_NEAR(device.lower_bound, cpu.lower_bound, 1e-6 * cpu.lower_bound);
}

TEST(CudaSolve, SinglePrecisionMultipliersStillSolve) {
  const Instance instance = teacher(20, 2, 3, 5);
  const Relaxation single = solve_with(instance.problem(), options_to(1e-4), on_host(kFewPairs, true));
  EXPECT_EQ(single.status, Status::solved) << single.message;
}

}  // namespace
}  // namespace burelu::test
