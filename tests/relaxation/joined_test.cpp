// Parts put together: what is proven of each of them proves the sum for the whole, by brute force; factors meet.
#include "relaxation/joined.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "certificate/incumbent.hpp"
#include "certificate/proof.hpp"
#include "linalg/dense.hpp"
#include "support/certificate_cases.hpp"

namespace burelu {
namespace {

using test::OwnedProblem;
using test::Random;
using test::RandomDual;

// A certificate of a part from any dual point, as good or bad as it is.
Relaxation certified(const Part& part, Random& random, double size) {
  const Problem problem = part.problem();
  const Presolved reduced = presolve(problem);
  const RandomDual dual(random, reduced, size);
  Certifier certifier(problem, reduced);
  Relaxation out;
  if (auto certificate = certifier.prove(certifier.propose(dual.point()))) out.certificate = std::move(*certificate);
  return out;
}

class JoinedCases : public ::testing::TestWithParam<int> {};

TEST_P(JoinedCases, TheSumOfProvenBoundsIsProvenAndHoldsByBruteForce) {
  const int seed = GetParam();
  const OwnedProblem p =
      test::planted_problem(static_cast<std::uint64_t>(seed), 6 + seed % 17, 2 + seed % 2, 1 + seed % 3);
  const Problem view = p.view();
  const Presolved whole = presolve(view);
  const int count = std::min(2 + seed % 3, static_cast<int>(whole.rows()));
  Random random(static_cast<std::uint64_t>(seed) + 1000);
  Joined joined(whole);
  std::vector<int> part_of(static_cast<std::size_t>(whole.rows()));
  double sum = whole.constant_loss;
  int number = 0;
  for (const Part& part : split(whole, count, static_cast<std::uint64_t>(seed))) {
    for (const index_t line : part.lines) part_of[static_cast<std::size_t>(line)] = number;
    ++number;
    if (seed % 5 == 4 && number == count) break;  // one that was never solved
    const Relaxation found = certified(part, random, seed % 2 == 0 ? 1.0 : 0.1);
    ASSERT_FALSE(found.certificate.empty());
    sum += found.certificate.lower_bound;
    joined.add(part, found);
  }
  const Proposal point = joined.dual_point();
  EXPECT_DOUBLE_EQ(point.bound, sum);
  for (const Multiplier& pair : point.multipliers)
    EXPECT_EQ(part_of[static_cast<std::size_t>(pair.i % whole.rows())],
              part_of[static_cast<std::size_t>(pair.j % whole.rows())]);
  Certifier certifier(view, whole);
  Incumbent incumbent(certifier);
  incumbent.take(point);
  ASSERT_TRUE(incumbent.proven());
  EXPECT_GE(incumbent.bound(), sum - 1e-5 * std::fabs(sum));  // above where a larger multiple of W is proven as well
  EXPECT_EQ(proven_bound(view, incumbent.certificate()), incumbent.bound());
  EXPECT_LE(test::sampled_mu(p.X, incumbent.certificate().W), p.gamma);
  for (int trial = 0; trial < 3; ++trial)
    EXPECT_LE(incumbent.bound(), test::descended_network(random, p, 6, 30)) << "network " << trial;
}

INSTANTIATE_TEST_SUITE_P(Random, JoinedCases, ::testing::Range(0, 120));

// Repairs go on from what was taken, and a bound that is too good to be true is not believed.
TEST(Joined, WhatIsTakenIsProvenFirst) {
  const OwnedProblem p = test::planted_problem(5, 14, 2, 1);
  const Problem view = p.view();
  const Presolved whole = presolve(view);
  Random random(5);
  Joined joined(whole);
  for (const Part& part : split(whole, 2, 1)) joined.add(part, certified(part, random, 1.0));
  Proposal point = joined.dual_point();
  for (double& w : point.W.data) w *= 1.5;  // beyond what T supports
  for (const double y : whole.Y.data) point.bound += y * y;
  Certifier certifier(view, whole);
  Incumbent incumbent(certifier);
  incumbent.take(point);
  if (incumbent.proven()) {
    EXPECT_LE(test::sampled_mu(p.X, incumbent.certificate().W), p.gamma);
  }
  const double before = incumbent.proven() ? incumbent.bound() : 0.0;
  const RandomDual dual(random, whole, 1.0);
  incumbent.offer(dual.point());
  ASSERT_TRUE(incumbent.proven());
  EXPECT_GE(incumbent.bound(), before);
  EXPECT_EQ(proven_bound(view, incumbent.certificate()), incumbent.bound());
}

// Two parts with one factor, its columns turned in the second: the start has the products of the factor.
TEST(Joined, ColumnsOfFactorsAreTurnedToMeet) {
  Random random(8);
  const OwnedProblem p{test::gaussian(random, 60, 3), test::gaussian(random, 60, 2), 0.1};
  const Presolved whole = presolve(p.view());
  const Matrix U = test::gaussian(random, 3, 5);
  const Matrix V = test::gaussian(random, 2, 5);
  const Matrix turn = [&] {  // orthogonal: the left singular vectors of anything
    Matrix left, right;
    std::vector<double> values;
    require_decomposition(singular(test::gaussian(random, 5, 5), left, values, right), "a rotation");
    return left;
  }();
  Joined joined(whole);
  Matrix A(60, 5);
  int number = 0;
  for (const Part& part : split(whole, 2, 3)) {
    Relaxation found = certified(part, random, 1.0);
    Matrix own(part.own(), 5);
    const Matrix XU = product(part.X, U);
    for (index_t k = 0; k < own.rows; ++k)
      for (index_t j = 0; j < 5; ++j) own(k, j) = std::max(XU(k, j), 0.0);
    for (index_t k = 0; k < own.rows; ++k) std::copy_n(own.row(k), 5, A.row(part.lines[static_cast<std::size_t>(k)]));
    found.factor = number == 0 ? Factor{own, U, V} : Factor{product(own, turn), product(U, turn), product(V, turn)};
    found.history.push_back({});
    found.history.back().penalty = number == 0 ? 0.01 : 0.04;
    joined.add(part, found);
    ++number;
  }
  const WarmStart start = joined.start();
  EXPECT_GT(start.sigma, 0.01);
  // c_k = 2 a_k - x_k'U has a direction for each line; cosines between them are those of the factor.
  Matrix C = product(whole.X, U);
  for (std::size_t i = 0; i < C.data.size(); ++i) C.data[i] = 2.0 * A.data[i] - C.data[i];
  const Matrix& S = start.point.Shat;
  ASSERT_EQ(S.rows, 60);
  const auto cosine = [](const Matrix& M, index_t i, index_t j) {
    double ij = 0.0, ii = 0.0, jj = 0.0;
    for (index_t k = 0; k < M.cols; ++k) {
      ij += M(i, k) * M(j, k);
      ii += M(i, k) * M(i, k);
      jj += M(j, k) * M(j, k);
    }
    return ij / std::sqrt(ii * jj);
  };
  double worst = 0.0;  // the landmarks of two samples of lines are alike, not the same
  for (index_t i = 0; i < 60; ++i)
    for (index_t j = 0; j < i; ++j) worst = test::larger(worst, std::fabs(cosine(S, i, j) - cosine(C, i, j)));
  EXPECT_LT(worst, 0.2);
}

TEST(Joined, OfPartsWithoutAFactorThereIsNoStart) {
  const OwnedProblem p = test::planted_problem(5, 14, 2, 1);
  const Presolved whole = presolve(p.view());
  Random random(5);
  Joined joined(whole);
  EXPECT_TRUE(joined.empty());
  for (const Part& part : split(whole, 2, 1)) joined.add(part, certified(part, random, 1.0));
  EXPECT_FALSE(joined.empty());
  EXPECT_TRUE(joined.start().empty());
}

}  // namespace
}  // namespace burelu
