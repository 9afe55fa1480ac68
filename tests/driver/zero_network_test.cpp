// Around the gamma from which on the zero network is optimal: bounds below it as good as elsewhere, solved at once
// above.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>

#include "burelu/solve.hpp"
#include "certificate/proof.hpp"
#include "data/builtin.hpp"
#include "data/dataset.hpp"
#include "support/instances.hpp"
#include "support/shared_data.hpp"
#include "support/shared_problems.hpp"
#include "support/zero_threshold.hpp"

namespace burelu::test {
namespace {

constexpr double kTolerance = 1e-3;

Instance with_bias(Instance instance) {
  Matrix wider(instance.X.rows, instance.X.cols + 1, 1.0);
  for (index_t i = 0; i < wider.rows; ++i)
    for (index_t k = 0; k < instance.X.cols; ++k) wider(i, k) = instance.X(i, k);
  instance.X = std::move(wider);
  return instance;
}

Instance negative(Instance instance) {
  for (double& x : instance.X.data) x = -std::fabs(x);
  return instance;
}

Instance spiral() {
  const Dataset data = training_data(generate_builtin("builtin:spiral"), {{}, {}, {}, {}}).train;
  return {data.X, data.Y, 0.1};
}

Instance named(const std::string& name) {
  if (name == "one_output") return teacher(40, 3, 1, 5);
  if (name == "many_outputs") return teacher(14, 3, 8, 6);
  if (name == "randomized") return teacher(25, 2, 5, 7, 0.1, 100);
  if (name == "bias") return with_bias(teacher(30, 2, 2, 8));
  if (name == "negative_features") return with_bias(negative(teacher(30, 3, 2, 9)));
  if (name == "degenerate") return degenerate(40, 3, 4, 3);
  if (name == "noise") return {gaussian(60, 4, 1), gaussian(60, 1, 2), 0.1};
  if (name == "scaled") {
    Instance out = teacher(30, 2, 2, 8);
    for (double& x : out.X.data) x *= 1e-4;
    for (double& y : out.Y.data) y *= 1e5;
    return out;
  }
  return spiral();
}

double half_squares(const Matrix& Y) {
  double sum = 0.0;
  for (const double y : Y.data) sum += 0.5 * y * y;
  return sum;
}

SolveOptions options() {
  SolveOptions out;
  out.tolerance = kTolerance;
  out.max_evaluations = 6000;
  out.threads = 1;
  return out;
}

class ZeroNetwork : public ::testing::TestWithParam<const char*> {};

// mu is a lower estimate, and the relaxation's own threshold lies above it: up to there its optimum may be a little
// below 1/2 ||Y||^2, and what is claimed is that the solve finds it.
TEST_P(ZeroNetwork, BoundsAroundItsThreshold) {
  Instance instance = named(GetParam());
  const double mu = zero_threshold(instance);
  const double zero = half_squares(instance.Y);
  double last = 0.0;
  for (const double times : {0.9, 0.99, 1.0, 1.01, 10.0, 1e6}) {
    instance.gamma = times * mu;
    const Relaxation result = solve(instance.problem(), options());
    EXPECT_EQ(result.status, Status::solved) << times << ": " << result.message;
    EXPECT_LE(result.lower_bound, zero) << times;
    EXPECT_LE(result.objective, zero * (1.0 + kTolerance)) << times;
    EXPECT_LE(std::fabs(result.relative_gap), kTolerance) << times;
    EXPECT_GE(result.lower_bound, last - 2.0 * kTolerance * zero) << times;  // the optimum rises with gamma
    EXPECT_LE(result.evaluations, times < 1.0 ? 3000 : 1500) << times;
    last = result.lower_bound;
    if (times < 10.0) continue;
    EXPECT_GE(result.lower_bound, zero * (1.0 - kTolerance)) << times;
    EXPECT_LE(result.evaluations, 300) << times;
    EXPECT_EQ(result.factor.A.cols, 0) << times;
  }
  EXPECT_GE(last, zero * (1.0 - 1e-9));
}

// Branch and bound would look at as many cells as for any other gamma.
TEST(ZeroNetworkOfFewFeatures, IsProvenBeforeBranchAndBound) {
  Instance instance{gaussian(100, 5, 1), gaussian(100, 1, 2), 0.1};
  const double zero = half_squares(instance.Y);
  const double mu = zero_threshold(instance);
  SolveOptions automatic = options();
  automatic.max_evaluations = 0;  // a limit of them would leave branch and bound out
  for (const double times : {1.1, 20.0}) {
    instance.gamma = times * mu;
    const Relaxation result = solve(instance.problem(), automatic);
    EXPECT_EQ(result.status, Status::solved) << times << ": " << result.message;
    EXPECT_EQ(result.cells, 0) << times;
    EXPECT_TRUE(std::isnan(result.branch_bound)) << times;
    EXPECT_LE(result.evaluations, times < 2.0 ? 600 : 0) << times;
    EXPECT_EQ(result.factor.A.cols, 0) << times;
    EXPECT_LE(result.lower_bound, zero) << times;
    EXPECT_GE(result.lower_bound, zero * (1.0 - kTolerance)) << times;
    const std::optional<double> proven = proven_bound(instance.problem(), result.certificate);
    ASSERT_TRUE(proven) << times;
    EXPECT_EQ(*proven, result.lower_bound) << times;
  }
}

// A gamma that asks for a network is branch and bound's, as ever.
TEST(ZeroNetworkOfFewFeatures, IsNotClaimedBelow) {
  Instance instance = named("spiral");
  SolveOptions automatic = options();
  automatic.max_evaluations = 0;
  instance.gamma = 0.9 * zero_threshold(instance);
  const Relaxation result = solve(instance.problem(), automatic);
  EXPECT_EQ(result.status, Status::solved) << result.message;
  EXPECT_FALSE(std::isnan(result.branch_bound));
  EXPECT_LT(result.objective, half_squares(instance.Y));
}

std::string data_name(const ::testing::TestParamInfo<const char*>& data) { return data.param; }

INSTANTIATE_TEST_SUITE_P(Data, ZeroNetwork,
                         ::testing::Values("one_output", "many_outputs", "randomized", "bias", "negative_features",
                                           "degenerate", "noise", "scaled", "spiral"),
                         data_name);

TEST(ZeroNetworkOnSharedData, Iris) {
  BURELU_SHARED_OR_SKIP(path, "data/iris_train.csv");
  Instance instance = shared_instance("data/iris_train.csv", 1.0);
  const double mu = zero_threshold(instance);
  for (const double times : {0.9, 1.0, 10.0}) {
    instance.gamma = times * mu;
    const Relaxation result = solve(instance.problem(), options());
    EXPECT_EQ(result.status, Status::solved) << times;
    EXPECT_LE(std::fabs(result.relative_gap), kTolerance) << times;
  }
}

TEST(ZeroNetworkOnSharedData, AThousandDigitsAreSolvedBeforeTheFirstEvaluation) {
  BURELU_SHARED_OR_SKIP(path, "data/mnist_pca20_train.csv");
  Instance instance = with_bias(shared_instance("data/mnist_pca20_train.csv", 1000.0, true));
  const Relaxation result = solve(instance.problem(), options());
  EXPECT_EQ(result.status, Status::solved);
  EXPECT_EQ(result.evaluations, 0);
  EXPECT_NEAR(result.lower_bound, half_squares(instance.Y), kTolerance * half_squares(instance.Y));
}

// A network of that width is what train() gives: none, with its objective.
TEST(ZeroNetworkTraining, EndsWithTheGapOfTheZeroNetwork) {
  Instance instance = teacher(20, 2, 2, 3);
  instance.gamma = 5.0 * zero_threshold(instance);
  TrainOptions train_options;
  train_options.solve = options();
  const Training result = train(instance.problem(), train_options);
  EXPECT_EQ(result.relaxation.status, Status::solved);
  EXPECT_NEAR(result.objective, half_squares(instance.Y), 1e-6 * result.objective);
  EXPECT_LE(std::fabs(result.relative_gap), kTolerance);
}

}  // namespace
}  // namespace burelu::test
