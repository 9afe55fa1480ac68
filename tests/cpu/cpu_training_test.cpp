// The training loss on the CPU: value and gradient against definitions and finite differences, descent, elimination.
#include "cpu/cpu_training.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "network/polish.hpp"
#include "support/instances.hpp"

namespace burelu {

static void PrintTo(OutputWeights output, std::ostream* out) {
  *out << (output == OutputWeights::free ? "free" : "eliminated");
}

namespace {

using test::gaussian;
using test::Instance;

Network random_network(index_t d, index_t c, index_t k, std::uint64_t seed) {
  return {gaussian(d, k, seed), gaussian(c, k, seed + 1)};
}

struct Measured {
  double value = 0.0;
  Matrix gradient_U, gradient_V;
};

Measured measure(const TrainingProblem& problem, const Network& network, OutputWeights output, double width) {
  CpuTraining backend(problem, 5, 1);
  backend.write_network(network, output);
  if (width > 0.0) backend.smooth(width);
  backend.step();
  backend.network_pass();
  backend.judge();
  backend.accept();
  Snapshot snapshot;
  backend.read(snapshot, kGradient);
  return {snapshot.control.value.accepted, snapshot.gradient_Ut, snapshot.gradient_Shat};
}

// The rounding is relative to the mean |X U| of the network written, so the perturbed networks get the same width.
double mean_size(const TrainingProblem& problem, const Network& network) {
  double sum = 0.0;
  for (index_t i = 0; i < problem.rows(); ++i)
    for (index_t j = 0; j < network.width(); ++j) {
      double p = 0.0;
      for (index_t l = 0; l < problem.features(); ++l) p += problem.X(i, l) * network.U(l, j);
      sum += std::fabs(p);
    }
  return sum / static_cast<double>(problem.rows() * network.width());
}

void moved(const TrainingProblem& problem, Network& network, const Matrix& dU, const Matrix& dV, double t) {
  for (index_t i = 0; i < dU.rows; ++i)
    for (index_t j = 0; j < dU.cols; ++j)
      for (index_t l = 0; l < dU.rows; ++l) network.U(i, j) += t * problem.K(i, l) * dU(l, j);
  for (index_t i = 0; i < dV.rows; ++i)
    for (index_t j = 0; j < dV.cols; ++j) network.V(i, j) += t * problem.output_scale * dV(i, j);
}

double inner(const Matrix& A, const Matrix& B) {
  double sum = 0.0;
  for (std::size_t i = 0; i < A.data.size(); ++i) sum += A.data[i] * B.data[i];
  return sum;
}

class TrainingGradient : public ::testing::TestWithParam<std::tuple<OutputWeights, double, index_t>> {};

TEST_P(TrainingGradient, AgreesWithFiniteDifferences) {
  const auto [output, width, k] = GetParam();
  const Instance instance = test::degenerate(12, 3, 2, 7);
  const TrainingProblem problem = normalise(instance.problem()).problem;
  const Network network = random_network(3, 2, k, 11);
  const Matrix dU = gaussian(3, k, 21);
  const Matrix dV = gaussian(output == OutputWeights::free ? 2 : 0, k, 22);
  const Measured at = measure(problem, network, output, width);
  const double slope = inner(at.gradient_U, dU) + inner(at.gradient_V, dV);
  const double size = mean_size(problem, network);
  const auto value = [&](double t) {
    Network there = network;
    moved(problem, there, dU, dV, t);
    return measure(problem, there, output, width * size / mean_size(problem, there)).value;
  };
  const double h = 1e-5;  // fourth order: error h^4
  const double difference = (8.0 * (value(h) - value(-h)) - (value(2.0 * h) - value(-2.0 * h))) / (12.0 * h);
  EXPECT_NEAR(difference, slope, 1e-7 * (1.0 + std::fabs(slope)));
}

INSTANTIATE_TEST_SUITE_P(All, TrainingGradient,
                         ::testing::Combine(::testing::Values(OutputWeights::free, OutputWeights::eliminated),
                                            ::testing::Values(0.0, 0.3), ::testing::Values(1, 7, 20)));

TEST(CpuTraining, ValueIsTheObjective) {
  const Instance instance = test::teacher(15, 4, 3, 3);
  const TrainingProblem problem = normalise(instance.problem()).problem;
  const Network network = random_network(4, 3, 6, 5);
  const double expected = training_objective(problem, network);
  EXPECT_NEAR(measure(problem, network, OutputWeights::free, 0.0).value, expected, 1e-12 * expected);
}

TEST(CpuTraining, EliminatedOutputWeightsAreOptimal) {
  for (const index_t k : {3, 40}) {  // either side of the number of rows
    const Instance instance = test::teacher(15, 4, 3, 3);
    const TrainingProblem problem = normalise(instance.problem()).problem;
    const Network network = random_network(4, 3, k, 5);
    CpuTraining backend(problem, 5, 1);
    backend.write_network(network, OutputWeights::eliminated);
    Snapshot snapshot;
    backend.read(snapshot, kFactor);
    const Network fitted{snapshot.U, snapshot.V};
    const Measured at = measure(problem, fitted, OutputWeights::free, 0.0);
    for (const double entry : at.gradient_V.data) EXPECT_NEAR(entry, 0.0, 1e-10);
    EXPECT_NEAR(at.value, measure(problem, network, OutputWeights::eliminated, 0.0).value, 1e-12 * at.value);
    for (std::size_t i = 0; i < network.U.data.size(); ++i) EXPECT_NEAR(fitted.U.data[i], network.U.data[i], 1e-10);
  }
}

TEST(CpuTraining, DescentIsMonotone) {
  const Instance instance = test::teacher(30, 3, 2, 9);
  const TrainingProblem problem = normalise(instance.problem()).problem;
  for (const auto output : {OutputWeights::free, OutputWeights::eliminated}) {
    CpuTraining backend(problem, 10, 1);
    backend.write_network(random_network(3, 2, 12, 4), output);
    double before = kInfinity;
    Snapshot snapshot;
    for (int window = 0; window < 20; ++window) {
      backend.repeat(5, [&] {
        backend.step();
        backend.network_pass();
        backend.judge();
        backend.accept();
        backend.direction();
      });
      backend.read(snapshot, kScalars);
      EXPECT_LE(snapshot.control.value.accepted, before * (1.0 + 1e-12));
      before = snapshot.control.value.accepted;
    }
    backend.read(snapshot, kFactor);
    EXPECT_NEAR(training_objective(problem, {snapshot.U, snapshot.V}), before, 1e-10 * before);
  }
}

TEST(SmoothRelu, RoundsTheKinkOnly) {
  const double w = 0.25;
  for (const double h : {-1.0, -0.25, -0.1, 0.0, 0.2, 0.25, 3.0}) {
    const double relu = h > 0.0 ? h : 0.0;
    EXPECT_GE(entry::smooth_relu(h, w), relu);
    EXPECT_LE(entry::smooth_relu(h, w), relu + w / 4.0);
    if (std::fabs(h) >= w) {
      EXPECT_DOUBLE_EQ(entry::smooth_relu(h, w), relu);
    }
    const double difference = (entry::smooth_relu(h + 1e-6, w) - entry::smooth_relu(h - 1e-6, w)) / 2e-6;
    EXPECT_NEAR(entry::smooth_relu_slope(h, w), difference, 1e-5);
  }
}

}  // namespace
}  // namespace burelu
