// gamma_max: both values, their order and their distance; above the upper one the zero network is proven at once.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "burelu/errors.hpp"
#include "burelu/gamma_max.hpp"
#include "burelu/solve.hpp"
#include "support/instances.hpp"
#include "support/shared_data.hpp"
#include "support/shared_problems.hpp"
#include "support/zero_threshold.hpp"

namespace burelu::test {
namespace {

SolveOptions options(BoundMethod bound) {
  SolveOptions out;
  out.bound = bound;
  out.threads = 1;
  return out;
}

double half_squares(const Matrix& Y) {
  double sum = 0.0;
  for (const double y : Y.data) sum += 0.5 * y * y;
  return sum;
}

struct Case {
  const char* name;
  BoundMethod bound;
  double apart;  // of the values, relative
};

Instance named(const std::string& name) {
  if (name == "one_output") return teacher(40, 3, 1, 5);
  if (name == "many_outputs") return teacher(14, 3, 8, 6);
  if (name == "degenerate") return degenerate(40, 3, 4, 3);
  if (name == "six_features") return teacher(60, 6, 2, 4);
  if (name == "ten_features") return teacher(60, 10, 2, 4);
  Instance out = teacher(12, 30, 2, 4);  // more features than rows
  if (name == "large") {
    out = teacher(30, 3, 2, 8);
    for (double& x : out.X.data) x *= 1e-4;
    for (double& y : out.Y.data) y *= 1e6;
  }
  return out;
}

class GammaMaxOf : public ::testing::TestWithParam<Case> {};

TEST_P(GammaMaxOf, HasBothValuesInOrderAndAProofAboveThem) {
  Instance instance = named(GetParam().name);
  const GammaMax found = gamma_max(instance.problem(), options(GetParam().bound));
  const double mu = zero_threshold(instance, 60, 40);
  EXPECT_LE(found.lower, found.upper);
  EXPECT_LE(mu, found.upper * (1.0 + 1e-12));
  EXPECT_GE(found.lower, 0.98 * mu);
  EXPECT_LE(found.upper, found.lower * (1.0 + GetParam().apart));
  EXPECT_EQ(found.branched && GetParam().bound == BoundMethod::relaxation, false);
  instance.gamma = 1.01 * found.upper;
  const Relaxation result = solve(instance.problem(), options(GetParam().bound));
  EXPECT_EQ(result.status, Status::solved) << result.message;
  EXPECT_GE(result.lower_bound, half_squares(instance.Y) * (1.0 - 1e-3));
  EXPECT_LE(result.evaluations, 600);
}

std::string name_of(const ::testing::TestParamInfo<Case>& data) {
  return std::string(data.param.name) + (data.param.bound == BoundMethod::relaxation ? "_relaxation" : "_branch");
}

INSTANTIATE_TEST_SUITE_P(Data, GammaMaxOf,
                         ::testing::Values(Case{"one_output", BoundMethod::automatic, 0.01},
                                           Case{"many_outputs", BoundMethod::automatic, 0.01},
                                           Case{"degenerate", BoundMethod::automatic, 0.01},
                                           Case{"six_features", BoundMethod::automatic, 0.01},
                                           Case{"large", BoundMethod::automatic, 0.01},
                                           Case{"one_output", BoundMethod::relaxation, 0.2},
                                           Case{"degenerate", BoundMethod::relaxation, 0.2},
                                           Case{"ten_features", BoundMethod::relaxation, 0.5},
                                           Case{"more_features_than_rows", BoundMethod::relaxation, 0.5}),
                         name_of);

TEST(GammaMaxEnds, IsZeroWhereNothingIsToBeLearnt) {
  Instance instance = teacher(10, 2, 1, 1);
  for (double& y : instance.Y.data) y = 0.0;
  const GammaMax found = gamma_max(instance.problem());
  EXPECT_EQ(found.lower, 0.0);
  EXPECT_EQ(found.upper, 0.0);
}

TEST(GammaMaxEnds, AScaleOfTheTargetsIsOneOfGamma) {
  Instance instance = teacher(30, 3, 2, 8);
  const GammaMax first = gamma_max(instance.problem(), options(BoundMethod::automatic));
  for (double& y : instance.Y.data) y *= 1024.0;
  const GammaMax second = gamma_max(instance.problem(), options(BoundMethod::automatic));
  EXPECT_NEAR(second.lower, 1024.0 * first.lower, 1e-6 * second.lower);
  EXPECT_NEAR(second.upper, 1024.0 * first.upper, 1e-2 * second.upper);
}

// The relaxation asks whether to stop, sums over ties do not.
TEST(GammaMaxEnds, SolvesNothingWhereTheValuesAreCloseEnough) {
  const Instance instance = teacher(60, 10, 2, 4);
  int asked = 0;
  SolveOptions counting = options(BoundMethod::relaxation);
  counting.stop = [&asked] {
    ++asked;
    return false;
  };
  const GammaMax rough = gamma_max(instance.problem(), counting, 1.0);
  EXPECT_EQ(asked, 0);
  EXPECT_LE(rough.upper, 2.0 * rough.lower);
  EXPECT_LE(zero_threshold(instance, 60, 40), rough.upper * (1.0 + 1e-12));
  const GammaMax close = gamma_max(instance.problem(), counting, 0.0);
  EXPECT_GT(asked, 0);
  EXPECT_LE(close.upper, rough.upper);
  EXPECT_THROW(gamma_max(instance.problem(), counting, -1.0), DataError);
}

// A search that takes long is left out where an order of magnitude is enough.
TEST(GammaMaxEnds, SearchesLittleWhereTheValuesNeedNotBeClose) {
  const Instance instance = teacher(60, 10, 1, 4);
  const SolveOptions automatic = options(BoundMethod::automatic);
  const GammaMax rough = gamma_max(instance.problem(), automatic, 1.0);
  EXPECT_FALSE(rough.branched);
  EXPECT_LE(zero_threshold(instance, 60, 40), rough.upper * (1.0 + 1e-12));
  const GammaMax close = gamma_max(instance.problem(), automatic);
  EXPECT_TRUE(close.branched);
  EXPECT_LT(close.upper, rough.upper);
}

TEST(GammaMaxOnSharedData, IrisWithinOnePercent) {
  BURELU_SHARED_OR_SKIP(path, "data/iris_train.csv");
  const Instance instance = shared_instance("data/iris_train.csv", 1.0, true);
  const GammaMax found = gamma_max(instance.problem(), options(BoundMethod::automatic));
  EXPECT_TRUE(found.branched);
  EXPECT_LE(found.upper, 1.01 * found.lower);
}

// Ties alone are 11 % above, and so were a short solve's multipliers as they are.
TEST(GammaMaxOnSharedData, IonosphereWithinThreePercentByAShortSolve) {
  BURELU_SHARED_OR_SKIP(path, "data/ionosphere_train.csv");
  const Instance instance = shared_instance("data/ionosphere_train.csv", 1.0, true);
  const GammaMax found = gamma_max(instance.problem(), options(BoundMethod::automatic));
  EXPECT_FALSE(found.branched);
  EXPECT_LE(found.upper, 1.03 * found.lower);
}

}  // namespace
}  // namespace burelu::test
