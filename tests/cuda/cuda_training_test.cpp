// The training loss of the CUDA backend against the CPU: its sources on the host double, and a device where there is
// one.
#include <cmath>
#include <limits>
#include <tuple>

#include "cuda/cuda_support.hpp"
#include "network/polish.hpp"

namespace burelu::test {
namespace {

struct Case {
  OutputWeights output;
  double width;
  index_t rows, neurons;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << (c.output == OutputWeights::free ? "free" : "eliminated") << ", smoothed by " << c.width << ", " << c.rows
       << " rows, " << c.neurons << " neurons";
}

class CudaTrainingTest : public ::testing::TestWithParam<std::tuple<Case, BackendKind>> {
 protected:
  void SetUp() override { require(kind_); }

  const Case case_ = std::get<0>(GetParam());
  const BackendKind kind_ = std::get<1>(GetParam());
  Instance instance_ = teacher(case_.rows, 4, 3, 3);
  TrainingProblem problem_ = normalise(instance_.problem()).problem;
  Network network_{gaussian(4, case_.neurons, 5), gaussian(3, case_.neurons, 6)};
};

void step(TrainingBackend& backend) {
  backend.step();
  backend.network_pass();
  backend.judge();
  backend.accept();
  backend.direction();
}

Snapshot look_at(TrainingBackend& backend) {
  Snapshot s;
  backend.read(s, kGradient | kFactor);
  return s;
}

void expect_near(const Matrix& a, const Matrix& b, double bound) {
  ASSERT_EQ(a.data.size(), b.data.size());
  double largest = 0.0;
  for (const double x : b.data) largest = std::fmax(largest, std::fabs(x));
  for (std::size_t i = 0; i < b.data.size(); ++i) EXPECT_NEAR(a.data[i], b.data[i], bound * largest);
}

TEST_P(CudaTrainingTest, AgreesWithTheCpu) {
  Snapshot seen[2];
  for (int k = 0; k < 2; ++k) {
    const auto backend = make_training(k == 0 ? kind_ : BackendKind::cpu, problem_, 5);
    backend->write_network(network_, case_.output);
    backend->smooth(case_.width);
    step(*backend);
    seen[k] = look_at(*backend);
  }
  // What the step and its preconditioner make of the rounding of one evaluation.
  const double bound = 1e5 * std::numeric_limits<double>::epsilon() * std::sqrt(static_cast<double>(case_.rows));
  EXPECT_NEAR(seen[0].control.value.accepted, seen[1].control.value.accepted, bound * seen[1].control.value.accepted);
  EXPECT_NEAR(seen[0].control.value.decay, seen[1].control.value.decay, bound * seen[1].control.value.decay);
  // The ridge system of the eliminated weights may be as ill conditioned as 1e5.
  const double ridge = case_.output == OutputWeights::eliminated ? 1e3 * bound : bound;
  expect_near(seen[0].gradient_Ut, seen[1].gradient_Ut, ridge);
  expect_near(seen[0].gradient_Shat, seen[1].gradient_Shat, bound);
  expect_near(seen[0].U, seen[1].U, bound);
  expect_near(seen[0].V, seen[1].V, ridge);
}

TEST_P(CudaTrainingTest, DescendsInReplayedWindowsWithoutWaiting) {
  const auto backend = make_training(kind_, problem_, 10);
  backend->write_network(network_, case_.output);
  double before = kInfinity;
  for (const double width : {case_.width, 0.0}) {
    backend->smooth(width);
    const auto waits = counters().waits;
    backend->repeat(20, [&] { step(*backend); });
    EXPECT_EQ(counters().waits, waits);
    const Snapshot s = look_at(*backend);
    if (width == case_.width) {
      before = s.control.value.accepted;
    } else if (case_.width == 0.0) {
      EXPECT_LE(s.control.value.accepted, before * (1.0 + 1e-12));
    }
    if (width == 0.0) {  // the exact loss of the network it hands out
      const double exact = training_objective(problem_, {s.U, s.V});
      EXPECT_NEAR(exact, s.control.value.accepted, 1e-8 * exact);
    }
  }
}

// Only the host double counts what is allocated.
class CudaTrainingMemory : public CudaTrainingTest {};

TEST_P(CudaTrainingMemory, TheEstimateIsThePeakOfBothKinds) {
  auto& count = counters();
  ASSERT_EQ(count.allocated, 0);
  count.peak = 0;
  {
    const auto backend = make_cuda_on_host_training(problem_, 10, 0);
    for (const OutputWeights output : {OutputWeights::eliminated, OutputWeights::free, OutputWeights::eliminated}) {
      backend->write_network(network_, output);
      step(*backend);
    }
    look_at(*backend);
  }
  const std::int64_t estimate = cuda_on_host_training_memory({case_.rows, 4, 3, case_.neurons, 10});
  EXPECT_NEAR(static_cast<double>(count.peak), static_cast<double>(estimate), 8.0);  // of the state: whole doubles
}

const Case kCases[] = {{OutputWeights::free, 0.0, 33, 7},         {OutputWeights::free, 0.3, 33, 1},
                       {OutputWeights::free, 0.3, 1, 20},         {OutputWeights::eliminated, 0.0, 33, 7},
                       {OutputWeights::eliminated, 0.3, 257, 20}, {OutputWeights::eliminated, 0.3, 15, 40},
                       {OutputWeights::eliminated, 0.0, 100, 90}};

std::string case_name(const ::testing::TestParamInfo<std::tuple<Case, BackendKind>>& one) {
  const Case& each = std::get<0>(one.param);
  return std::string(each.output == OutputWeights::free ? "free" : "eliminated") + (each.width > 0.0 ? "_smooth" : "") +
         "_rows" + std::to_string(each.rows) + "_neurons" + std::to_string(each.neurons) +
         suffix(std::get<1>(one.param));
}

INSTANTIATE_TEST_SUITE_P(Cases, CudaTrainingTest,
                         ::testing::Combine(::testing::ValuesIn(kCases), ::testing::ValuesIn(kCudaKinds)), case_name);
INSTANTIATE_TEST_SUITE_P(Cases, CudaTrainingMemory,
                         ::testing::Combine(::testing::ValuesIn(kCases), ::testing::Values(BackendKind::cuda_on_host)),
                         case_name);

class CudaTrainingRidge : public ::testing::TestWithParam<BackendKind> {
 protected:
  void SetUp() override { require(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(All, CudaTrainingRidge, ::testing::ValuesIn(kCudaKinds), backend_kind_name);

// Each neuron three times makes R'R singular; with a tiny gamma each copy's pivot is rounding, of either sign: the
// first factorisation fails, and the shift helps.
TEST_P(CudaTrainingRidge, SingularSystemsAreShifted) {
  const Instance instance = teacher(40, 3, 2, 3, 1e-19);
  TrainingProblem problem = normalise(instance.problem()).problem;
  Network network{gaussian(3, 24, 5), gaussian(2, 24, 6)};
  for (index_t i = 0; i < 3; ++i)
    for (index_t j = 8; j < 24; ++j) network.U(i, j) = network.U(i, j % 8);
  double loss[2];
  for (int k = 0; k < 2; ++k) {
    const auto backend = make_training(k == 0 ? GetParam() : BackendKind::cpu, problem, 5);
    backend->write_network(network, OutputWeights::eliminated);
    step(*backend);
    loss[k] = look_at(*backend).control.value.loss;
  }
  EXPECT_TRUE(std::isfinite(loss[0]));
  EXPECT_NEAR(loss[0], loss[1], 1e-6 * (loss[1] + 1e-6));
}

}  // namespace
}  // namespace burelu::test
