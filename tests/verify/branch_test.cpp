// The checker's own tree: it accepts what training to the global optimum proves, and refuses what is tampered with.
#include "verify/branch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "branch/cases.hpp"
#include "branch/global.hpp"
#include "branch/search.hpp"
#include "support/devices.hpp"
#include "verify/check.hpp"

namespace burelu {
namespace {

verify::Table table(const Matrix& matrix) {
  return {static_cast<std::size_t>(matrix.rows), static_cast<std::size_t>(matrix.cols), matrix.data};
}

struct Proven {
  verify::Data data;
  verify::Claim claim;
  std::int64_t cells = 0;
};

Proven proven(const test::Instance& instance, double tolerance) {
  const Problem problem = instance.problem();
  GlobalLimits limits;
  limits.tolerance = tolerance;
  const GlobalOptimum found = train_globally(test::processor(), problem, presolve(problem), limits);
  verify::Claim claim;
  claim.branched = true;
  claim.lower_bound = found.certificate.lower_bound;
  claim.gamma = found.certificate.gamma;
  claim.data_hash = found.certificate.data_hash;
  claim.W = table(found.certificate.W);
  return {{table(instance.X), table(instance.Y)}, claim, found.cells};
}

TEST(VerifyBranch, AcceptsWhatTrainingProves) {
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    const Proven p = proven(test::branch_case(seed), 1e-3);
    const verify::Verdict verdict = verify::check(p.data, p.claim);
    EXPECT_TRUE(verdict.valid) << seed << " " << verdict.reason;
    EXPECT_GE(verdict.lower_bound, p.claim.lower_bound) << seed;
  }
}

TEST(VerifyBranch, AcceptsFeaturesOfSizesFarApart) {
  for (const double size : {1e5, 1e6}) {
    test::Instance instance = test::teacher(25, 3, 1, 5);
    for (index_t i = 0; i < instance.X.rows; ++i) instance.X(i, 1) *= size;
    Problem problem = instance.problem();
    GlobalLimits limits;
    limits.cells = 3000;
    const GlobalOptimum found = train_globally(test::processor(), problem, presolve(problem), limits);
    ASSERT_FALSE(found.certificate.empty());
    verify::Claim claim;
    claim.gamma = instance.gamma;
    claim.W = table(found.certificate.W);
    const verify::Tree tree = verify::prove_by_branching({table(instance.X), table(instance.Y)}, claim, 1000000);
    EXPECT_TRUE(tree.proven) << size << " " << tree.reason;
  }
}

// e is a unit vector where Phi nearly vanishes.
TEST(VerifyBranch, RefusesATinySumThatTurns) {
  test::Instance instance{Matrix(2, 2), Matrix(2, 2), 1.0};
  instance.X(0, 0) = instance.X(1, 1) = 1.0;
  verify::Claim claim;
  claim.gamma = 0.9;
  claim.W = table(Matrix(2, 2));
  claim.W.values = {1e-160, 1e-162, 0.0, 1.0};
  EXPECT_FALSE(verify::prove_by_branching({table(instance.X), table(instance.Y)}, claim, 100000).proven);
  claim.gamma = 1.01;
  EXPECT_TRUE(verify::prove_by_branching({table(instance.X), table(instance.Y)}, claim, 100000).proven);
}

// The square of gamma is denormal and rounds up by a third; the largest h is above gamma.
TEST(VerifyBranch, RefusesGammaWhoseSquareVanishes) {
  test::Instance instance{Matrix(2, 2), Matrix(2, 1), std::sqrt(1.51) * std::ldexp(1.0, -537)};
  instance.X(0, 0) = instance.X(1, 1) = 1e-90;
  instance.Y(0, 0) = instance.Y(1, 0) = instance.gamma / (0.95 * std::sqrt(2.0) * 1e-90);
  verify::Claim claim;
  claim.branched = true;
  claim.gamma = instance.gamma;
  claim.lower_bound = 0.0;
  claim.data_hash = data_hash(instance.problem());
  claim.W = table(instance.Y);
  for (double& w : claim.W.values) w = -w;
  const verify::Verdict verdict = verify::check({table(instance.X), table(instance.Y)}, claim);
  EXPECT_FALSE(verdict.valid);
  EXPECT_NE(verdict.reason.find("gamma is too small"), std::string::npos) << verdict.reason;
}

TEST(VerifyBranch, RefusesWhatIsTamperedWith) {
  const Proven p = proven(test::teacher(25, 3, 2, 6), 1e-4);
  ASSERT_TRUE(verify::check(p.data, p.claim).valid);
  const auto refused = [&](const verify::Claim& claim) { return !verify::check(p.data, claim).valid; };
  verify::Claim claim = p.claim;
  claim.lower_bound *= 1.0 + 1e-9;
  EXPECT_TRUE(refused(claim));
  claim = p.claim;
  claim.gamma *= 2.0;
  EXPECT_TRUE(refused(claim));
  claim = p.claim;
  claim.data_hash += 1;
  EXPECT_TRUE(refused(claim));
  claim = p.claim;
  claim.W.values.pop_back();
  claim.W.rows -= 1;
  EXPECT_TRUE(refused(claim));
  claim = p.claim;
  claim.W.values[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(refused(claim));
  claim = p.claim;
  for (double& w : claim.W.values) w *= 1.001;
  claim.lower_bound = 0.0;
  EXPECT_TRUE(refused(claim));  // longer than gamma somewhere
  for (std::size_t i = 0; i < p.claim.W.values.size(); ++i) {
    claim = p.claim;
    claim.W.values[i] += 0.3;
    EXPECT_TRUE(refused(claim)) << i;
  }
}

// Curves above kinks, not chords: with those it takes two to three times as many.
TEST(VerifyBranch, TakesAboutAsManyCellsAsASearch) {
  double own = 0.0, other = 0.0;
  for (const std::uint64_t seed : {4U, 5U, 6U}) {
    test::Instance instance = test::teacher(24, 6, 1, seed);
    instance.gamma = 0.5;
    const Proven p = proven(instance, 1e-2);
    const verify::Tree tree = verify::prove_by_branching(p.data, p.claim);
    EXPECT_TRUE(tree.proven);
    Matrix W(instance.Y.rows, 1);
    W.data = p.claim.W.values;
    const Kinks kinks = make_kinks(instance.X, presolve(instance.problem()), W);
    SearchLimits limits;
    limits.threshold = (instance.gamma - kinks.eta) / kinks.unit * (1.0 - 1e-14);
    limits.relative = 0.0;
    own += static_cast<double>(tree.cells);
    other += static_cast<double>(search(kinks, limits).cells);
  }
  EXPECT_LT(own, 1.6 * other);
}

TEST(VerifyBranch, GivesUpAtItsLimitOfCells) {
  const Proven p = proven(test::teacher(20, 3, 1, 9), 1e-3);
  EXPECT_FALSE(verify::prove_by_branching(p.data, p.claim, 10).proven);
}

}  // namespace
}  // namespace burelu
