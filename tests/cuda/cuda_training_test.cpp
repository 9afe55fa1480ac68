// The training loss of the CUDA backend's sources on the host double, against the CPU.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "backend/cpu_training.hpp"
#include "cuda_double.hpp"
#include "cuda_on_host.hpp"
#include "solver/polish.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

struct Case {
  OutputWeights output;
  double width;
  index_t rows, neurons;
};

class CudaTrainingTest : public ::testing::TestWithParam<Case> {
 protected:
  Instance instance_ = teacher(GetParam().rows, 4, 3, 3);
  TrainingProblem problem_ = normalise(instance_.problem()).problem;
  Network network_{gaussian(4, GetParam().neurons, 5), gaussian(3, GetParam().neurons, 6)};
};

void step(TrainingBackend& backend) {
  backend.step();
  backend.network_pass();
  backend.judge();
  backend.accept();
  backend.direction();
}

Snapshot look(TrainingBackend& backend) {
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
  const auto device = make_cuda_on_host_training(problem_, 5, 0);
  CpuTraining cpu(problem_, 5, 1);
  Snapshot seen[2];
  TrainingBackend* const backends[] = {device.get(), &cpu};
  for (int k = 0; k < 2; ++k) {
    backends[k]->write_network(network_, GetParam().output);
    backends[k]->smooth(GetParam().width);
    step(*backends[k]);
    seen[k] = look(*backends[k]);
  }
  const double bound = 1e4 * std::numeric_limits<double>::epsilon() * std::sqrt(static_cast<double>(GetParam().rows));
  EXPECT_NEAR(seen[0].control.value.accepted, seen[1].control.value.accepted, bound * seen[1].control.value.accepted);
  EXPECT_NEAR(seen[0].control.value.decay, seen[1].control.value.decay, bound * seen[1].control.value.decay);
  // The ridge system of the eliminated weights may be as ill conditioned as 1e5.
  const double ridge = GetParam().output == OutputWeights::eliminated ? 1e4 * bound : bound;
  expect_near(seen[0].gradient_Ut, seen[1].gradient_Ut, ridge);
  expect_near(seen[0].gradient_Shat, seen[1].gradient_Shat, bound);
  expect_near(seen[0].U, seen[1].U, bound);
  expect_near(seen[0].V, seen[1].V, ridge);
}

TEST_P(CudaTrainingTest, DescendsInReplayedWindowsWithoutWaiting) {
  const auto backend = make_cuda_on_host_training(problem_, 10, 0);
  backend->write_network(network_, GetParam().output);
  double before = kInfinity;
  for (const double width : {GetParam().width, 0.0}) {
    backend->smooth(width);
    const auto counters = cuda_double::counters();
    backend->repeat(20, [&] { step(*backend); });
    EXPECT_EQ(cuda_double::counters().waits, counters.waits);
    const Snapshot s = look(*backend);
    if (width == GetParam().width) {
      before = s.control.value.accepted;
    } else if (GetParam().width == 0.0) {
      EXPECT_LE(s.control.value.accepted, before * (1.0 + 1e-12));
    }
    if (width == 0.0) {  // the exact loss of the network it hands out
      const double exact = training_objective(problem_, {s.U, s.V});
      EXPECT_NEAR(exact, s.control.value.accepted, 1e-8 * exact);
    }
  }
}

TEST_P(CudaTrainingTest, TheEstimateIsThePeakOfBothKinds) {
  auto& counters = cuda_double::counters();
  ASSERT_EQ(counters.allocated, 0);
  counters.peak = 0;
  {
    const auto backend = make_cuda_on_host_training(problem_, 10, 0);
    for (const OutputWeights output : {OutputWeights::eliminated, OutputWeights::free, OutputWeights::eliminated}) {
      backend->write_network(network_, output);
      step(*backend);
    }
    look(*backend);
  }
  const std::int64_t estimate = cuda_on_host_training_memory({GetParam().rows, 4, 3, GetParam().neurons, 10});
  EXPECT_NEAR(static_cast<double>(counters.peak), static_cast<double>(estimate), 8.0);  // of the state: whole doubles
}

INSTANTIATE_TEST_SUITE_P(Cases, CudaTrainingTest,
                         ::testing::Values(Case{OutputWeights::free, 0.0, 33, 7}, Case{OutputWeights::free, 0.3, 33, 1},
                                           Case{OutputWeights::free, 0.3, 1, 20},
                                           Case{OutputWeights::eliminated, 0.0, 33, 7},
                                           Case{OutputWeights::eliminated, 0.3, 257, 20},
                                           Case{OutputWeights::eliminated, 0.3, 15, 40},
                                           Case{OutputWeights::eliminated, 0.0, 100, 90}));

// Dead and doubled neurons make R'R singular; with a tiny gamma the first factorisation fails and the shift helps.
TEST(CudaTrainingRidge, SingularSystemsAreShifted) {
  const Instance instance = teacher(20, 3, 2, 3, 1e-19);
  TrainingProblem problem = normalise(instance.problem()).problem;
  Network network{gaussian(3, 8, 5), gaussian(2, 8, 6)};
  for (index_t j = 0; j < 3; ++j) network.U(j, 7) = network.U(j, 6) = network.U(j, 5);
  const auto device = make_cuda_on_host_training(problem, 5, 0);
  CpuTraining cpu(problem, 5, 1);
  TrainingBackend* const backends[] = {device.get(), &cpu};
  double loss[2];
  for (int k = 0; k < 2; ++k) {
    backends[k]->write_network(network, OutputWeights::eliminated);
    step(*backends[k]);
    loss[k] = look(*backends[k]).control.value.loss;
  }
  EXPECT_TRUE(std::isfinite(loss[0]));
  EXPECT_NEAR(loss[0], loss[1], 1e-6 * (loss[1] + 1e-6));
}

}  // namespace
}  // namespace burelu::test
