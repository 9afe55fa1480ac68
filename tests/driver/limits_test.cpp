// Ends: limits of time and wishes inside certificates and training, bounds for any data, targets and columns of any
// size.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <random>

#include "burelu/solve.hpp"
#include "certificate/proof.hpp"
#include "driver/solve_with.hpp"
#include "driver/target_scale.hpp"
#include "linalg/clock.hpp"
#include "support/deferred_backend.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

// A wish at the n-th question, wherever that is: the bound proven so far is kept, and nothing asks many times more.
TEST(Limits, AWishAnywhereEndsTheSolveWithABound) {
  const Instance instance = teacher(40, 3, 2, 5);
  for (const int at : {0, 3, 40, 200, 1000}) {
    std::atomic<int> asked = 0;
    SolveOptions options;
    options.tolerance = 1e-9;
    options.threads = 1;
    options.bound = BoundMethod::relaxation;
    options.stop = [&] { return asked++ >= at; };
    const Relaxation result = solve(instance.problem(), options);
    EXPECT_EQ(result.status, Status::interrupted) << at;
    ASSERT_FALSE(result.certificate.empty()) << at;
    EXPECT_GT(result.lower_bound, 0.0) << at;
    EXPECT_EQ(proven_bound(instance.problem(), result.certificate), result.lower_bound) << at;
  }
}

// Of many lines a scan takes longer than anything else between two questions.
TEST(Limits, AWishInAWindowIsNotFollowedByItsScans) {
  struct Counting final : DeferredBackend {
    Counting(std::unique_ptr<Backend> backend, std::atomic<int>& count)
        : DeferredBackend(std::move(backend)), scans(count) {}
    void scan() override {
      ++scans;
      DeferredBackend::scan();
    }
    std::atomic<int>& scans;
  };
  std::atomic<int> scans = 0;
  StandIn device;
  device.make_relaxation = [&](const RelaxationData& data, const BackendOptions& options) {
    return std::make_unique<Counting>(processor().relaxation(data, options), scans);
  };
  const Instance instance = teacher(40, 3, 2, 5);
  SolveOptions options;
  options.tolerance = 1e-9;
  options.threads = 1;
  options.bound = BoundMethod::relaxation;
  options.stop = [&] { return scans > 0; };
  const Relaxation result = solve_with(instance.problem(), options, device);
  EXPECT_EQ(result.status, Status::interrupted);
  EXPECT_EQ(scans, 2);  // before the first window, and that of its update
  EXPECT_GT(result.lower_bound, 0.0);
}

// Factorisations of presolve that take long are not followed by others: there is nothing yet, and that is said.
TEST(Limits, PresolveOfManyFeaturesEndsBetweenFactorisations) {
  const Instance instance{gaussian(330, 12000, 1), gaussian(330, 1, 2), 0.1};
  double zero = 0.0;
  for (const double y : instance.Y.data) zero += 0.5 * y * y;
  TrainOptions options;
  options.solve.stop = [] { return true; };
  const Training stopped = train(instance.problem(), options);
  EXPECT_EQ(stopped.relaxation.status, Status::interrupted);
  EXPECT_NE(stopped.relaxation.message.find("presolve"), std::string::npos) << stopped.relaxation.message;
  EXPECT_TRUE(stopped.relaxation.certificate.empty());
  EXPECT_TRUE(std::isnan(stopped.relaxation.lower_bound));
  EXPECT_EQ(stopped.network.U.rows, 12000);
  EXPECT_NEAR(stopped.objective, zero, 1e-12 * zero);

  SolveOptions limited;
  limited.time_limit = 1e-3;
  const Relaxation late = solve(instance.problem(), limited);
  EXPECT_EQ(late.status, Status::time_limit);
  EXPECT_NE(late.message.find("presolve"), std::string::npos) << late.message;
}

// 120 outputs, whose best W takes eigenvalues of that order in every trial of a certificate.
TEST(Limits, ManyOutputsAreNoMoreThanRows) {
  Instance instance{gaussian(12, 3, 1), gaussian(12, 120, 2), 0.5};
  SolveOptions options;
  options.threads = 1;
  options.max_evaluations = 300;
  const Relaxation result = solve(instance.problem(), options);
  EXPECT_EQ(result.factor.V.rows, 120);
  EXPECT_EQ(proven_bound(instance.problem(), result.certificate), result.lower_bound);
  Instance rotated = instance;  // the same targets in the space of their rows: the same problem
  rotated.Y = Matrix(12, 12);
  for (index_t i = 0; i < 12; ++i)  // Cholesky factor of Y Y'
    for (index_t j = 0; j <= i; ++j) {
      double sum = 0.0;
      for (index_t l = 0; l < 120; ++l) sum += instance.Y(i, l) * instance.Y(j, l);
      for (index_t l = 0; l < j; ++l) sum -= rotated.Y(i, l) * rotated.Y(j, l);
      rotated.Y(i, j) = i == j ? std::sqrt(sum) : sum / rotated.Y(j, j);
    }
  const Relaxation same = solve(rotated.problem(), options);
  EXPECT_NEAR(same.lower_bound, result.lower_bound, 1e-3 * result.lower_bound);
}

TEST(Limits, TrainingEndsWhereAskedAndKeepsItsNetwork) {
  const Instance instance = teacher(60, 4, 3, 9);
  std::atomic<bool> network = false;
  TrainOptions options;
  options.solve.threads = 2;
  options.solve.bound = BoundMethod::relaxation;
  options.solve.progress = [&](const Progress& p) {
    if (std::string_view(p.phase) == "network") network = true;
    return true;
  };
  options.solve.stop = [&] { return network.load(); };
  const Training training = train(instance.problem(), options);
  EXPECT_EQ(training.relaxation.status, Status::interrupted);
  EXPECT_LE(training.relaxation.lower_bound, training.objective);
  EXPECT_TRUE(std::isfinite(training.objective));
}

TEST(TargetScale, IsAPowerOfTwoFarFromOneOnly) {
  const Matrix Y = gaussian(20, 2, 3);
  EXPECT_EQ(target_scale(Y), 1.0);
  EXPECT_EQ(target_scale(Matrix(4, 2)), 1.0);
  for (const double size : {1e12, 1e-12}) {
    Matrix scaled = Y;
    for (double& y : scaled.data) y *= size;
    int power = 0;
    EXPECT_EQ(std::frexp(target_scale(scaled), &power), 0.5);
    EXPECT_NEAR(std::log2(target_scale(scaled)), std::log2(size), 2.0);
  }
}

// Objectives scale by t^2 where targets and gamma scale by t: bounds, networks and certificates with them.
TEST(TargetScale, TheSizeOfTheTargetsIsAUnit) {
  const Instance one = teacher(25, 2, 2, 4);
  TrainOptions options;
  options.solve.threads = 1;
  options.solve.max_evaluations = 3000;
  const Training base = train(one.problem(), options);
  for (const int power : {40, -40, 9}) {
    Instance other = one;
    const double t = std::ldexp(1.0, power);
    for (double& y : other.Y.data) y *= t;
    other.gamma *= t;
    const Training training = train(other.problem(), options);
    EXPECT_NEAR(training.relaxation.lower_bound / t / t, base.relaxation.lower_bound, 2e-3 * base.objective) << power;
    EXPECT_NEAR(training.objective / t / t, base.objective, 2e-3 * base.objective) << power;
    EXPECT_LE(training.relaxation.lower_bound, training.objective);
    EXPECT_EQ(proven_bound(other.problem(), training.relaxation.certificate), training.relaxation.lower_bound);
    EXPECT_EQ(training.relaxation.certificate.data_hash, data_hash(other.problem()));
    EXPECT_NEAR(objective(other.problem(), training.network), training.objective, 1e-9 * training.objective);
  }
}

// Targets of 1e12 beside gamma 0.1, and of 1e-9: a bound above zero and below the network.
TEST(TargetScale, TargetsOfAnySizeHaveABound) {
  for (const double size : {1e12, 1e-9}) {
    Instance instance = teacher(20, 3, 1, 7);
    for (double& y : instance.Y.data) y *= size;
    TrainOptions options;
    options.solve.threads = 1;
    options.solve.max_evaluations = 2000;
    const Training training = train(instance.problem(), options);
    EXPECT_GT(training.relaxation.lower_bound, 0.0) << size;
    EXPECT_LE(training.relaxation.lower_bound, training.objective * (1.0 + 1e-12)) << size;
  }
}

/// A small sample of bench/random_tables.py: columns of sizes 1e-9 to 1e9, constants, copies, duplicate rows.
Instance random_table(std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  const auto between = [&](int a, int b) { return std::uniform_int_distribution<index_t>(a, b)(engine); };
  const index_t n = between(1, 24);
  const index_t d = between(1, 30);
  Instance out{Matrix(n, d), gaussian(n, between(1, 6), seed + 1), 0.0};
  double squares = 0.0;
  for (index_t j = 0; j < d; ++j) {
    const double size = std::pow(10.0, 18.0 * uniform(engine) - 9.0);
    const double kind = uniform(engine);
    const index_t other = between(0, static_cast<int>(j));
    for (index_t i = 0; i < n; ++i) {
      const double value = size * normal(engine);
      out.X(i, j) = kind < 0.1   ? 2024.0
                    : kind < 0.2 ? out.X(i, other)
                    : kind < 0.4 ? std::fabs(value) + 3.0 * size
                                 : value;
      squares += out.X(i, j) * out.X(i, j);
    }
  }
  for (index_t i = 1; i < n; ++i)
    if (uniform(engine) < 0.1)
      for (index_t j = 0; j < d; ++j) out.X(i, j) = out.X(i - 1, j);
  out.gamma = std::sqrt(squares / static_cast<double>(n)) * std::pow(10.0, 7.0 * uniform(engine) - 6.0);
  return out;
}

TEST(RandomTables, EndWithABoundBelowTheNetwork) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Instance instance = random_table(seed);
    TrainOptions options;
    options.solve.threads = 1;
    options.solve.max_evaluations = 1500;
    options.starts = 1;
    options.polish_iterations = 60;
    const Training training = train(instance.problem(), options);
    EXPECT_GT(training.relaxation.lower_bound, 0.0) << seed;
    EXPECT_LE(training.relaxation.lower_bound, training.objective * (1.0 + 1e-12)) << seed;
    EXPECT_LE(training.relaxation.evaluations, 1500) << seed;
    EXPECT_TRUE(proven_bound(instance.problem(), training.relaxation.certificate).has_value()) << seed;
  }
}

// Without a limit: what cannot converge says so within a bounded number of evaluations.
TEST(RandomTables, WithoutALimitASolveEndsAllTheSame) {
  Instance instance{gaussian(8, 2, 3), gaussian(8, 1, 4), 0.1};
  for (index_t i = 0; i < 8; ++i) instance.X(i, 0) = 1e12 * (1.0 + 0.3 * std::fabs(instance.X(i, 0)));
  SolveOptions options;
  options.threads = 1;
  options.bound = BoundMethod::relaxation;
  const Relaxation result = solve(instance.problem(), options);
  EXPECT_TRUE(result.status == Status::stalled || result.status == Status::solved) << to_string(result.status);
  EXPECT_GT(result.lower_bound, 0.0);
  EXPECT_LE(result.evaluations, 200000);
}

}  // namespace
}  // namespace burelu::test
