// The interior-point method: optimal values against the low-rank solver and the golden ones, multipliers that prove
// them, stops, sizes.
#include "interior/interior_point.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "burelu/solve.hpp"
#include "certificate/certifier.hpp"
#include "cuts/cut_numbering.hpp"
#include "cuts/separation.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"
#include "support/shared_data.hpp"
#include "support/shared_problems.hpp"

namespace burelu::test {
namespace {

constexpr double kTolerance = 1e-7;

bool go_on(const InteriorPoint&) { return true; }

double optimum(const Presolved& reduced) {
  return interior_point(prepare(reduced), kTolerance, go_on).objective + reduced.constant_loss;
}

/// Labels on both sides of a line: a loss on rows of B too.
Instance two_sided(index_t n, index_t d, index_t c, std::uint64_t seed) {
  Instance out = degenerate(n, d, c, seed);
  EXPECT_FALSE(presolve(out.problem()).negative.empty());
  return out;
}

TEST(InteriorPoint, AgreesWithTheLowRankSolve) {
  for (const Instance& instance : {teacher(10, 2, 2, 11), two_sided(14, 3, 1, 12)}) {
    SolveOptions options;
    options.tolerance = 5e-6;
    options.threads = 1;
    const Relaxation low_rank = solve(instance.problem(), options);
    ASSERT_EQ(low_rank.status, Status::solved);
    const double value = optimum(presolve(instance.problem()));
    EXPECT_LE(low_rank.lower_bound, value * (1.0 + 1e-6));
    EXPECT_GE(low_rank.lower_bound, value * (1.0 - 1e-5));
  }
}

TEST(InteriorPoint, MeetsGoldenOptima) {
  BURELU_SHARED_OR_SKIP(golden, "data/golden.csv");
  std::ifstream in(golden);
  std::string line;
  std::getline(in, line);
  for (int k = 0; k < 2 && std::getline(in, line); ++k) {
    std::stringstream fields(line);
    std::string name, gamma, dual, primal;
    std::getline(fields, name, ',');
    std::getline(fields, gamma, ',');
    std::getline(fields, dual, ',');
    std::getline(fields, primal, ',');
    const Instance instance = shared_instance("data/" + name, std::stod(gamma));
    EXPECT_NEAR(optimum(presolve(instance.problem())), std::stod(primal), 1e-5 * std::stod(primal)) << line;
  }
}

class WithCuts : public ::testing::TestWithParam<index_t> {
 protected:
  WithCuts() : cuts_(Separator(prepare(reduced_)).basis_pursuit(2)), data_(prepare(reduced_, cuts_)) {}

  Instance instance_ = two_sided(16, GetParam(), 2, 21);
  Presolved reduced_ = presolve(instance_.problem());
  std::vector<Cut> cuts_;
  RelaxationData data_;
};

TEST_P(WithCuts, IsFeasibleAndOptimal) {
  const InteriorPoint point = interior_point(data_, kTolerance, go_on);
  EXPECT_LT(point.gap, 1e-5);
  double largest = 0.0;
  for (index_t i = 0; i < point.products.rows; ++i) largest = std::max(largest, point.products(i, i));
  for (index_t i = 0; i < point.products.rows; ++i)
    for (index_t j = 0; j < i; ++j) {
      EXPECT_GE(point.products(i, j), -1e-6 * largest) << i << " " << j;
      EXPECT_LE(data_.tied(i, j) ? point.products(i, j) : 0.0, 1e-6 * largest) << i << " " << j;
    }
  for (const Multiplier& pair : point.multipliers) {
    EXPECT_GT(pair.i, pair.j);
    EXPECT_GT(pair.value, 0.0);
    EXPECT_FALSE(data_.tied(pair.i, pair.j));
  }
  EXPECT_EQ(static_cast<index_t>(point.tau.size()), data_.m);
  EXPECT_GT(point.objective, interior_point(prepare(reduced_), kTolerance, go_on).objective);
}

TEST_P(WithCuts, MultipliersProveTheObjective) {
  const Problem problem = instance_.problem();
  Certifier certifier(problem, reduced_, processor());
  certifier.add_cuts(cuts_);
  std::vector<std::int32_t> active;
  for (std::size_t t = 0; t < cuts_.size(); ++t) active.push_back(static_cast<std::int32_t>(t));
  double best = -1.0;
  const InteriorPoint point = interior_point(data_, kTolerance, [&](const InteriorPoint& at) {
    if (!(at.gap < 1e-2)) return true;
    const std::vector<Multiplier> multipliers = over_forms(at.multipliers, data_, active);
    if (const auto proof = certifier.prove(certifier.propose({&multipliers, &at.tau, &at.E})))
      best = std::max(best, proof->lower_bound);
    return true;
  });
  const double objective = point.objective + reduced_.constant_loss;
  EXPECT_GE(best, objective * (1.0 - 1e-4));
  EXPECT_LE(best, objective * (1.0 + 1e-5));
}

TEST_P(WithCuts, TheObserverStopsIt) {
  for (const int most : {1, 4}) {
    int seen = 0;
    const InteriorPoint point = interior_point(data_, kTolerance, [&](const InteriorPoint& at) {
      EXPECT_TRUE(std::isfinite(at.objective) && std::isfinite(at.gap));
      return ++seen < most;
    });
    EXPECT_EQ(seen, most);
    EXPECT_EQ(point.iterations, most - 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Dimensions, WithCuts, ::testing::Values<index_t>(2, 3));

// Closed form: one row x = 1, label y > gamma. |u| = |v| = r, min 1/2 (r^2 - y)^2 + gamma r^2 gives gamma y -
// gamma^2/2.
TEST(InteriorPoint, OneRowIsExact) {
  const Instance instance{Matrix(1, 1, 1.0), Matrix(1, 1, 3.0), 0.5};
  EXPECT_NEAR(optimum(presolve(instance.problem())), 0.5 * 3.0 - 0.125, 1e-5);
}

TEST(InteriorPoint, ExtremeScalesGiveFiniteIterates) {
  for (const double scale : {1e-9, 1e30, 1e120}) {
    Instance instance = teacher(8, 2, 1, 5);
    for (double& y : instance.Y.data) y *= scale;
    const Presolved reduced = presolve(instance.problem());
    int calls = 0;
    interior_point(prepare(reduced), kTolerance, [&](const InteriorPoint& at) {
      EXPECT_TRUE(std::isfinite(at.objective)) << scale;
      ++calls;
      return at.iterations < 5;
    });
    EXPECT_GE(calls, 5) << scale;
  }
}

TEST(InteriorPoint, SizesItIsMeantFor) {
  EXPECT_TRUE(small_enough(86, 2));  // 88 * 89 / 2 = 3,916 coordinates
  EXPECT_FALSE(small_enough(87, 2));
  EXPECT_GT(interior_bytes(86, 2, 0), 8 * 3916LL * 3916LL);
  EXPECT_GT(interior_bytes(20, 20, 1000), interior_bytes(20, 20, 100));
}

}  // namespace
}  // namespace burelu::test
