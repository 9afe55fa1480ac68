// Whole solves by the CUDA backend's sources on the host double, against the CPU.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "certificate/proof.hpp"
#include "cpu/cpu_backend.hpp"
#include "cuda/cuda_support.hpp"
#include "driver/solve_with.hpp"
#include "support/shared_data.hpp"
#include "support/shared_problems.hpp"

namespace burelu::test {
namespace {

constexpr int kFewPairs = 20;  // most of the double's time goes into the recursion over the pairs
constexpr int kManyPairs = 100;

StandIn on_host(int memory = kFewPairs) { return double_with_pairs(memory); }

StandIn on_cpu(int memory) {
  StandIn device;
  device.make_relaxation = [memory](const RelaxationData& data, const BackendOptions& options) {
    return std::make_unique<CpuBackend>(data, memory, 1, options.sigma);
  };
  return device;
}

SolveOptions options_to(double tolerance, std::int64_t evaluations = 20000) {
  SolveOptions options;
  options.tolerance = tolerance;
  options.max_evaluations = evaluations;
  options.threads = 1;
  return options;
}

// The loop does, and once more where a certificate turns out to be worth a try after all, three times at most.
TEST(CudaSolve, WaitsOncePerCheck) {
  const Instance instance = teacher(20, 2, 3, 5);
  const auto before = counters().waits;
  const Relaxation result = solve_with(instance.problem(), options_to(1e-4), on_host());
  EXPECT_EQ(result.status, Status::solved) << result.message;
  EXPECT_EQ(counters().waits - before, result.host_waits + 1);  // the last when its memory is given back
  EXPECT_GE(result.host_waits, result.checks + 1);
  EXPECT_LE(result.host_waits, result.checks + 1 + 3);
}

// Certificates are sums over lists, and the host's wherever the solve runs.
TEST(CudaSolve, CertificatesAreProvenAgain) {
  const Instance instance = degenerate(30, 3, 2, 7);
  const Relaxation there = solve_with(instance.problem(), options_to(1e-3), on_host());
  EXPECT_EQ(there.status, Status::solved) << there.message;
  EXPECT_EQ(*proven_bound(instance.problem(), there.certificate), there.lower_bound);
  const Relaxation here = solve_with(instance.problem(), options_to(1e-3), on_cpu(kFewPairs));
  EXPECT_NEAR(there.lower_bound, here.lower_bound, 2e-3 * here.lower_bound);
}

// Two runs that round differently part ways within some hundred evaluations; what they agree on is the optimum: each
// comes as near to it as its tolerance says. The double takes 2 to 10 ms per evaluation.
struct Whole {
  const char* name;
  const char* data;
  index_t every, rows;  ///< of the file: each `every`-th row, `rows` of them at most
  int pairs;
  double tolerance;
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

void PrintTo(const Whole& whole, std::ostream* out) {
  *out << "each " << whole.every << ". row of " << whole.data << ", at most " << whole.rows << ", " << whole.pairs
       << " pairs, to " << whole.tolerance;
}

class CudaBound : public ::testing::TestWithParam<Whole> {};

TEST_P(CudaBound, AgreesWithTheCpu) {
  const Whole& whole = GetParam();
  BURELU_SHARED_OR_SKIP(path, whole.data);
  const Instance instance = some_rows(shared_instance(whole.data, 0.1), whole.every, whole.rows);
  SolveOptions options = options_to(whole.tolerance, 100000);
  options.rank = 10;
  const Relaxation device = solve_with(instance.problem(), options, on_host(whole.pairs));
  const Relaxation cpu = solve_with(instance.problem(), options, on_cpu(whole.pairs));
  EXPECT_EQ(device.status, Status::solved) << device.message;
  EXPECT_EQ(cpu.status, Status::solved) << cpu.message;
  EXPECT_NEAR(device.lower_bound, cpu.lower_bound, 3.0 * whole.tolerance * cpu.lower_bound);
}

// The whole sets take minutes: with BURELU_LONG_TESTS=1.
std::vector<Whole> wholes() {
  std::vector<Whole> out{{"part_of_randomized_00", "data/randomized/randomized_00.csv", 1, 10, 100, 1e-5},
                         {"part_of_spiral", "data/spiral.csv", 4, kAll, 100, 1e-5},
                         {"part_of_iris", "data/iris_train.csv", 5, kAll, 100, 1e-5}};
  const char* wanted = std::getenv("BURELU_LONG_TESTS");
  if (wanted == nullptr || std::string(wanted) != "1") return out;
  out.push_back({"randomized_00", "data/randomized/randomized_00.csv", 1, kAll, 200, 1e-6});
  out.push_back({"spiral", "data/spiral.csv", 1, kAll, 200, 1e-5});
  out.push_back({"iris", "data/iris_train.csv", 1, kAll, 200, 1e-5});
  return out;
}

INSTANTIATE_TEST_SUITE_P(Data, CudaBound, ::testing::ValuesIn(wholes()),
                         [](const ::testing::TestParamInfo<Whole>& one) { return std::string(one.param.name); });

TEST(CudaSolve, BoundOfATeacherAgreesWithTheCpu) {
  const Instance instance = teacher(10, 2, 3, 5);
  const Relaxation device = solve_with(instance.problem(), options_to(1e-5), on_host(kManyPairs));
  const Relaxation cpu = solve_with(instance.problem(), options_to(1e-5), on_cpu(kManyPairs));
  EXPECT_EQ(device.status, Status::solved) << device.message;
  EXPECT_EQ(cpu.status, Status::solved) << cpu.message;
  EXPECT_NEAR(device.lower_bound, cpu.lower_bound, 3e-5 * cpu.lower_bound);
}

// Lists that may not be as long as they should: the solve ends, and its bound is one.
TEST(CudaSolve, ABoundFromCutListsIsValid) {
  const Instance instance = teacher(20, 2, 3, 5);
  const double optimum = solve_with(instance.problem(), options_to(1e-5), on_cpu(kManyPairs)).lower_bound;
  StandIn device = on_host();
  device.make_relaxation = [](const RelaxationData& data, BackendOptions options) {
    options.memory = kFewPairs;
    options.pairs = 20;
    return make_cuda_on_host_backend(data, options, 0);
  };
  const Relaxation cut = solve_with(instance.problem(), options_to(1e-3, 600), device);
  EXPECT_TRUE(std::isfinite(cut.lower_bound));
  EXPECT_LE(cut.lower_bound, optimum * (1.0 + 1e-4));
  EXPECT_EQ(*proven_bound(instance.problem(), cut.certificate), cut.lower_bound);
}

}  // namespace
}  // namespace burelu::test
