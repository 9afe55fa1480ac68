// The independent checker accepts what the solver proves and refuses every kind of tampering.
#include "verify/check.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "burelu/solve.hpp"
#include "certificate/proof.hpp"
#include "support/certificate_cases.hpp"
#include "verify/thin.hpp"

namespace burelu {
namespace {

using test::OwnedProblem;

verify::Table table(const Matrix& matrix) {
  return {static_cast<std::size_t>(matrix.rows), static_cast<std::size_t>(matrix.cols), matrix.data};
}

verify::Data data_of(const OwnedProblem& p) { return {table(p.X), table(p.Y)}; }

verify::Claim claim_of(const Certificate& c) {
  verify::Claim out;
  out.lower_bound = c.lower_bound;
  out.gamma = c.gamma;
  out.data_hash = c.data_hash;
  out.W = table(c.W);
  out.representatives.assign(c.representatives.begin(), c.representatives.end());
  out.line.assign(c.line.begin(), c.line.end());
  out.ratio = c.ratio;
  out.dominant = c.dominant;
  out.dominant_power = c.dominant_power;
  for (const Multiplier& pair : c.multipliers) out.pairs.push_back({pair.i, pair.j, pair.value});
  return out;
}

Certificate proven(const OwnedProblem& p, std::uint64_t seed, double size) {
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  test::Random random(seed);
  const test::RandomDual dual(random, reduced, size);
  Certifier certifier(view, reduced);
  return certifier.prove(certifier.propose(dual.point())).value();
}

TEST(Verify, AcceptsWhatTheSolverProves) {
  for (int seed = 0; seed < 150; ++seed) {
    OwnedProblem p = test::planted_problem(static_cast<std::uint64_t>(seed), 2 + seed % 19, 1 + seed % 4, 1 + seed % 3);
    const int power = (seed % 5 - 2) * 100;
    for (double& x : p.X.data) x = std::ldexp(x, power);
    p.gamma = std::ldexp(p.gamma, power);
    for (const double size : {0.3, 3.0}) {
      const Certificate c = proven(p, static_cast<std::uint64_t>(seed), size);
      const verify::Verdict verdict = verify::check(data_of(p), claim_of(c));
      EXPECT_TRUE(verdict.valid) << seed << " " << size << " " << verdict.reason;
      EXPECT_GE(verdict.lower_bound, c.lower_bound);
      EXPECT_NEAR(verdict.lower_bound, c.lower_bound, 1e-12 * std::abs(c.lower_bound));
    }
  }
}

// Far more features than rows: a proof in the coordinates of the rows, and no more is accepted than it supports.
TEST(Verify, AcceptsAndRefusesWithManyFeatures) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    OwnedProblem p = test::planted_problem(seed, 5 + static_cast<index_t>(seed), 400, 2);
    const Certificate c = proven(p, seed, 0.5);
    const verify::Verdict verdict = verify::check(data_of(p), claim_of(c));
    EXPECT_TRUE(verdict.valid) << seed << " " << verdict.reason;
    verify::Claim larger = claim_of(c);
    const double most = supported_scale(p.view(), c);
    for (double& w : larger.W.values) w *= 1.0001 * most;
    EXPECT_FALSE(verify::check(data_of(p), larger).valid) << seed;
  }
}

// Rows that Gram-Schmidt cannot tell apart, zero rows, and a basis that is not one: bounds still hold.
TEST(Verify, ThinRowsBoundTheirResiduals) {
  test::Random random(4);
  OwnedProblem p{test::gaussian(random, 4, 50), test::gaussian(random, 4, 1), 0.1};
  for (index_t j = 0; j < 50; ++j) p.X(2, j) = p.X(0, j) + 1e-9 * p.X(1, j);
  verify::Claim claim;
  claim.representatives = {0, 1, 2, 3};
  const verify::ThinRows thin = verify::thin_rows(data_of(p), claim);
  ASSERT_EQ(thin.rows.rows, 4U);
  for (std::size_t k = 0; k < 4; ++k) {
    double inside = 0.0;
    double all = 0.0;
    for (std::size_t l = 0; l < thin.rows.cols; ++l) inside += thin.rows(k, l) * thin.rows(k, l);
    for (index_t j = 0; j < 50; ++j) all += std::pow(p.X(static_cast<index_t>(k), j), 2);
    EXPECT_NEAR(inside, all, 1e-12 * all);  // lengths are kept
    EXPECT_LT(thin.residual[k], 1e-12);
  }
  EXPECT_LT(thin.stretch, 1.0 + 1e-12);
}

// D(0) = 0, rounded down by both sides: the checker must not round further than the solver.
TEST(Verify, AcceptsTheBoundOfZeroTargets) {
  OwnedProblem p = test::planted_problem(3, 6, 2, 2);
  for (double& y : p.Y.data) y = 0.0;
  const Certificate c = proven(p, 3, 0.0);
  const verify::Verdict verdict = verify::check(data_of(p), claim_of(c));
  EXPECT_TRUE(verdict.valid) << verdict.reason;
}

// A feature that dominates the others: proven by way of data in which it does not, with either kind of proof.
TEST(Verify, ADominantFeatureIsTamedAndTamperingRefused) {
  for (const auto method : {BoundMethod::branch, BoundMethod::relaxation}) {
    OwnedProblem p = test::planted_problem(5, 14, 3, 1);
    for (index_t i = 0; i < p.X.rows; ++i) p.X(i, 0) = 1.7e9 * (1.0 + 1e-5 * static_cast<double>(i));
    SolveOptions options;
    options.bound = method;
    options.max_evaluations = method == BoundMethod::relaxation ? 2000 : 0;
    const Certificate c = solve(p.view(), options).certificate;
    ASSERT_EQ(c.dominant, 0);
    verify::Claim claim = claim_of(c);
    claim.branched = c.branched;
    const verify::Verdict verdict = verify::check(data_of(p), claim);
    EXPECT_TRUE(verdict.valid) << verdict.reason;
    EXPECT_GE(verdict.lower_bound, c.lower_bound);

    verify::Claim wrong = claim;
    wrong.dominant = 1;
    EXPECT_FALSE(verify::check(data_of(p), wrong).valid) << "another feature";
    wrong = claim;
    wrong.dominant = 7;
    EXPECT_FALSE(verify::check(data_of(p), wrong).valid) << "no feature";
    wrong = claim;
    wrong.dominant_power -= 30;
    EXPECT_FALSE(verify::check(data_of(p), wrong).valid) << "tamed below the others";
    wrong = claim;
    wrong.W(2, 0) += 1e-6;
    EXPECT_FALSE(verify::check(data_of(p), wrong).valid) << "W responds to the feature";
    wrong = claim;
    for (double& w : wrong.W.values) w *= 1.1;
    EXPECT_FALSE(verify::check(data_of(p), wrong).valid) << "more than gamma";
  }
}

class Tampered : public ::testing::Test {
 protected:
  OwnedProblem p_ = test::planted_problem(4, 10, 2, 2);
  verify::Data data_ = data_of(p_);
  verify::Claim claim_ = claim_of(proven(p_, 1, 0.5));

  void SetUp() override { ASSERT_TRUE(verify::check(data_, claim_).valid); }

  void expect_refused(const std::string& reason) {
    const verify::Verdict verdict = verify::check(data_, claim_);
    EXPECT_FALSE(verdict.valid);
    EXPECT_NE(verdict.reason.find(reason), std::string::npos) << verdict.reason;
  }
};

TEST_F(Tampered, BoundRaised) {
  claim_.lower_bound = std::nextafter(verify::check(data_, claim_).lower_bound, 1e9);
  expect_refused("higher than what W proves");
}

TEST_F(Tampered, BoundNotANumber) {
  claim_.lower_bound = std::numeric_limits<double>::quiet_NaN();
  expect_refused("higher than what W proves");
}

TEST_F(Tampered, DualVariableEnlarged) {
  for (double& w : claim_.W.values) w *= 1.5;
  expect_refused("do not support W");
}

TEST_F(Tampered, EntriesOfTheDualVariableMoved) {
  for (std::size_t k = 0; k < claim_.W.values.size(); ++k) {
    const double old = claim_.W.values[k];
    claim_.W.values[k] = old + (data_.Y.values[k] + old > 0.0 ? -10.0 : 10.0);  // breaks the premise or lowers D
    EXPECT_FALSE(verify::check(data_, claim_).valid) << k;
    claim_.W.values[k] = old;
  }
}

TEST_F(Tampered, NegativeMultiplier) {
  const auto m = static_cast<std::int64_t>(claim_.representatives.size());
  for (verify::Pair& pair : claim_.pairs) {
    if (pair.i == pair.j + m) continue;
    const double old = pair.value;
    pair.value = -1e-300;
    expect_refused("not tied");
    pair.value = old;
  }
}

TEST_F(Tampered, MultiplierEnlarged) {
  const auto m = static_cast<std::int64_t>(claim_.representatives.size());
  for (verify::Pair& pair : claim_.pairs)
    if (pair.i != pair.j + m) pair.value = 10.0;
  expect_refused("do not support W");
}

TEST_F(Tampered, MultiplierOutOfRange) {
  claim_.pairs[0].i = 1000;
  expect_refused("out of range");
}

TEST_F(Tampered, DataChanged) {
  data_.Y(3, 1) = std::nextafter(data_.Y(3, 1), 1e9);
  expect_refused("hash");
}

TEST_F(Tampered, GammaChanged) {
  claim_.gamma *= 2.0;
  expect_refused("hash");
  claim_.gamma *= 0.25;  // even with a forged hash
  claim_.data_hash = verify::hash(data_, claim_.gamma);
  expect_refused("do not support W");
}

TEST_F(Tampered, RatioChanged) {
  for (std::size_t i = 0; i < claim_.ratio.size(); ++i) {
    if (claim_.line[i] < 0) continue;
    const double old = claim_.ratio[i];
    claim_.ratio[i] = -2.0 * old;
    EXPECT_FALSE(verify::check(data_, claim_).valid) << i;
    claim_.ratio[i] = old;
  }
}

TEST_F(Tampered, RowsTakenForZero) {  // x_i = 0 would cost nothing to fit
  for (std::size_t i = 0; i < claim_.line.size(); ++i) {
    if (claim_.line[i] < 0) continue;
    const std::int64_t old = claim_.line[i];
    claim_.line[i] = -1;
    EXPECT_FALSE(verify::check(data_, claim_).valid) << i;
    claim_.line[i] = old;
  }
}

TEST_F(Tampered, HashAgreesWithTheLibrary) { EXPECT_EQ(verify::hash(data_, p_.gamma), data_hash(p_.view())); }

}  // namespace
}  // namespace burelu
