// Training end to end: a network, its bound, and what lies between; limits and interrupts on the way.
#include <gtest/gtest.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

TrainOptions quick() {
  TrainOptions options;
  options.solve.threads = 1;
  options.solve.tolerance = 1e-2;
  options.solve.max_evaluations = 5000;
  options.starts = 2;
  options.polish_iterations = 200;
  return options;
}

TEST(Train, TheBoundIsBelowTheNetworkOnEveryKindOfData) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const auto n = static_cast<index_t>(9 + seed);
    const auto d = static_cast<index_t>(1 + seed % 4);
    const auto c = static_cast<index_t>(1 + seed % 3);
    const double gamma = seed % 2 == 0 ? 0.1 : 0.01;
    const Instance instance = degenerate(n, d, c, 200 + seed, gamma);
    const Training result = train(instance.problem(), quick());
    EXPECT_LE(result.relaxation.lower_bound, result.objective) << seed;
    EXPECT_NEAR(result.objective, objective(instance.problem(), result.network), 1e-12 * result.objective);
    EXPECT_EQ(result.network.U.rows, d);
    EXPECT_EQ(result.network.V.rows, c);
    EXPECT_GE(result.relative_gap, 0.0);
    const Network wider = {gaussian(d, 20, seed), gaussian(c, 20, seed + 1)};  // and below any other network
    EXPECT_LE(result.relaxation.lower_bound, objective(instance.problem(), wider));
  }
}

TEST(Train, OneFeatureIsSolvedExactly) {
  // d = 1: two lines meet at 0, and the best network has at most two neurons. Grid over both slopes.
  const Instance instance = teacher(12, 1, 1, 31, 0.3);
  double best = 1e300;
  const auto slope_cost = [&](double slope, bool positive) {
    double loss = 0.3 * std::fabs(slope);
    for (index_t i = 0; i < instance.X.rows; ++i)
      if ((instance.X(i, 0) > 0.0) == positive)
        loss += 0.5 * std::pow(std::fabs(instance.X(i, 0)) * slope - instance.Y(i, 0), 2);
    return loss;
  };
  double right = 1e300;
  double left = 1e300;
  for (double s = -3.0; s <= 3.0; s += 1e-4) {
    right = std::fmin(right, slope_cost(s, true));
    left = std::fmin(left, slope_cost(s, false));
  }
  best = right + left;
  TrainOptions options = quick();
  options.solve.tolerance = 1e-5;
  const Training result = train(instance.problem(), options);
  EXPECT_NEAR(result.objective, best, 1e-5 * best);
  EXPECT_LE(result.relaxation.lower_bound, best * (1.0 + 1e-9));
  EXPECT_LE(result.relative_gap, 1e-4);
}

TEST(Train, TheNetworkEndsAtTheTolerance) {
  int between = 0;  // networks whose gap, some 3 %, is below the tolerance and above half of it
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const Instance instance = teacher(40, 3, 2, 60 + seed, 1.0);
    TrainOptions options = quick();
    options.solve.bound = BoundMethod::relaxation;
    options.solve.tolerance = 0.05;
    int within = 0;
    double first = 0.0;
    options.solve.progress = [&](const Progress& p) {
      if (std::string(p.phase) != "network") return true;
      const double gap = (p.network_objective - p.lower_bound) / p.network_objective;
      if (gap <= options.solve.tolerance && within++ == 0) first = gap;
      return true;
    };
    const Training result = train(instance.problem(), options);
    EXPECT_LE(within, 1) << seed;
    EXPECT_LE(result.relaxation.lower_bound, result.objective);
    between += within > 0 && first > 0.5 * options.solve.tolerance ? 1 : 0;
  }
  EXPECT_GT(between, 0) << "instances that say something";
}

TEST(Train, AnInterruptStillReturnsANetworkAndABound) {
  const Instance instance = teacher(40, 3, 2, 41);
  TrainOptions options = quick();
  options.solve.tolerance = 1e-9;
  int calls = 0;
  options.solve.progress = [&](const Progress& p) { return !(p.evaluations > 300 && ++calls > 0); };
  const Training result = train(instance.problem(), options);
  EXPECT_EQ(result.relaxation.status, Status::interrupted);
  EXPECT_TRUE(std::isfinite(result.objective));
  EXPECT_LE(result.relaxation.lower_bound, result.objective);
  EXPECT_LT(result.relaxation.evaluations, 2000);
}

TEST(Train, AnInterruptDuringTheNetworkIsSaid) {
  const Instance instance = teacher(30, 2, 2, 42);
  TrainOptions options = quick();
  bool seen = false;
  options.solve.progress = [&](const Progress& p) {
    seen = seen || std::string(p.phase) == "network";
    return !seen;
  };
  const Training result = train(instance.problem(), options);
  EXPECT_TRUE(seen);
  EXPECT_EQ(result.relaxation.status, Status::interrupted);
  EXPECT_TRUE(std::isfinite(result.objective));
}

// A limit that is over on any machine: what is done after it is counted, in evaluations, not in seconds.
TEST(Train, ATimeLimitBoundsTheWhole) {
  const Instance instance = teacher(60, 4, 3, 43, 0.001);
  TrainOptions options = quick();
  options.solve.tolerance = 1e-12;
  options.solve.max_evaluations = 0;
  options.solve.bound = BoundMethod::relaxation;
  options.solve.time_limit = 1e-9;
  options.polish_iterations = 0;
  options.starts = 0;
  const Training result = train(instance.problem(), options);
  EXPECT_EQ(result.relaxation.status, Status::time_limit);
  EXPECT_EQ(result.relaxation.checks, 1);
  EXPECT_LE(result.network_evaluations, 300);
  EXPECT_TRUE(std::isfinite(result.relaxation.lower_bound));
  EXPECT_LE(result.relaxation.lower_bound, result.objective);
}

TEST(Train, NothingToLearnGivesTheEmptyNetwork) {
  const Instance instance{gaussian(6, 2, 1), Matrix(6, 2), 0.1};
  const Training result = train(instance.problem(), quick());
  EXPECT_EQ(result.objective, 0.0);
  EXPECT_EQ(result.network.U.rows, 2);
}

TEST(Train, CertifyMeasuresANetworkOfAnyOrigin) {
  const Instance instance = teacher(20, 2, 2, 44);
  Network lopsided = {gaussian(2, 5, 1), gaussian(2, 5, 2)};
  for (double& u : lopsided.U.data) u *= 100.0;
  for (double& v : lopsided.V.data) v /= 100.0;
  SolveOptions options = quick().solve;
  const NetworkCertificate result = certify(instance.problem(), lopsided, options);
  EXPECT_LT(result.balanced_objective, result.objective);
  EXPECT_LE(result.relaxation.lower_bound, result.balanced_objective);
  EXPECT_GT(result.relative_gap, 0.0);
}

TEST(Train, CertifyRefusesNetworksThatAreNone) {
  const Instance instance = teacher(9, 2, 1, 46);
  const Network good = {gaussian(2, 3, 1), gaussian(1, 3, 2)};
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    Network network = good;
    network.U(1, 2) = bad;
    EXPECT_THROW(certify(instance.problem(), network, quick().solve), DataError);
    network = good;
    network.V(0, 0) = bad;
    EXPECT_THROW(certify(instance.problem(), network, quick().solve), DataError);
  }
  Network cut = good;
  cut.V.data.pop_back();
  EXPECT_THROW(certify(instance.problem(), cut, quick().solve), DataError);
  EXPECT_THROW(certify({MatrixView(nullptr, 9, 2, 2, 1), instance.problem().Y, 0.1}, good, quick().solve), DataError);
}

TEST(Train, NegativeSizesAreRefused) {
  const Instance instance = teacher(9, 2, 1, 45);
  TrainOptions options = quick();
  options.width = -1;
  EXPECT_THROW(train(instance.problem(), options), DataError);
}

}  // namespace
}  // namespace burelu::test
