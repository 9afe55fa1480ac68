// The sparse slack against its definition, with a complete factor and without.
#include "certificate/sparse_slack.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "certificate/certifier.hpp"
#include "support/certificate_cases.hpp"
#include "support/dense_form.hpp"

namespace burelu {
namespace {

using test::OwnedProblem;
using test::Random;
using test::RandomDual;

double largest(const Matrix& A) {
  double out = 0.0;
  for (const double value : A.data) out = std::max(out, std::abs(value));
  return out;
}

void expect_near(const Matrix& A, const Matrix& B, double relative) {
  ASSERT_EQ(A.data.size(), B.data.size());
  for (std::size_t k = 0; k < A.data.size(); ++k) ASSERT_NEAR(A.data[k], B.data[k], relative * largest(B));
}

/// Both ways to the same slack.
struct Ways {
  Presolved reduced;
  SparseSlack direct, iterated;

  explicit Ways(const OwnedProblem& p)
      : reduced(presolve(p.view())), direct(reduced.X, reduced.gamma), iterated(reduced.X, reduced.gamma, 0.0) {}

  SlackMixture mixture(double form, double anchor, double tied) const {
    SlackMixture out;
    out.form = form;
    out.anchor = anchor;
    double squares = 0.0;
    for (const double x : reduced.X.data) squares += x * x;
    out.tied.assign(static_cast<std::size_t>(reduced.rows()), tied * reduced.gamma / squares);
    return out;
  }
};

/// A^-1 Z, by LAPACK.
Matrix dense_solution(Matrix A, Matrix Z) {
  const auto size = static_cast<lapack_int>(A.rows);
  const auto columns = static_cast<lapack_int>(Z.cols);
  EXPECT_EQ(LAPACKE_dposv(LAPACK_ROW_MAJOR, 'L', size, columns, A.data.data(), size, Z.data.data(), columns), 0);
  return Z;
}

class SparseSlackCases : public ::testing::TestWithParam<int> {};

TEST_P(SparseSlackCases, AgreesWithItsDefinition) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  Ways ways(test::planted_problem(seed, 20 + GetParam(), 2 + GetParam() % 4, 2));
  Random random(seed + 100);
  const RandomDual one(random, ways.reduced, 2.0);
  const RandomDual two(random, ways.reduced, 0.2);
  const index_t order = ways.reduced.rows() + ways.reduced.features();
  const Matrix right = test::gaussian(random, order, 4);
  int definite = 0;
  for (const SlackMixture& mixture : {ways.mixture(1e-3, 0.0, 0.5), ways.mixture(0.05, 0.6, 0.3),
                                      ways.mixture(1.0, 0.0, 0.0), ways.mixture(0.8, 0.2, 1e-3)}) {
    const Presolved& p = ways.reduced;
    const Matrix M = test::dense_mixture(p.X, mixture, one.pairs, one.tau, two.pairs, two.tau);
    const bool expected = test::dense_eigenvalues(test::leading_block(M, p.rows())).front() > 0.0;
    definite += expected ? 1 : 0;
    for (SparseSlack* slack : {&ways.direct, &ways.iterated}) {
      slack->set_form(one.pairs, one.tau);
      slack->set_anchor(two.pairs, two.tau);
      const double share = slack->factorise(mixture);
      ASSERT_EQ(share > 0.0, expected);
      if (!expected) continue;
      EXPECT_LE(share, 1.0);
      const Matrix N = test::dense_slack(M, share, p.gamma, p.features());
      ASSERT_GT(test::dense_eigenvalues(N).front(), 0.0);
      if (share < 1.0) {  // as large as it may be
        EXPECT_LT(test::dense_eigenvalues(test::dense_slack(M, 1.01 * share, p.gamma, p.features())).front(), 0.0);
      }
      const Matrix solution = dense_solution(N, right);
      Matrix Z = right;
      ASSERT_TRUE(slack->solve(Z));
      const double precision = share < 1.0 ? 1e-2 : 1e-6;  // N is nearly singular where the share is the largest
      expect_near(Z, solution, precision);
      Z = right;
      Matrix G;
      ASSERT_TRUE(slack->gram(Z, G));
      Matrix gram(4, 4);
      for (index_t i = 0; i < 4; ++i)
        for (index_t j = 0; j < 4; ++j)
          for (index_t k = 0; k < order; ++k) gram(i, j) += right(k, i) * solution(k, j);
      for (index_t i = 0; i < 4; ++i)
        for (index_t j = i; j < 4; ++j)
          EXPECT_NEAR(G(i, j), gram(i, j), precision * largest(gram));  // column-major lower
    }
  }
  EXPECT_GT(definite, 0);
}

// What is lacking makes K positive semidefinite, by a diagonal no larger than the shift that would.
TEST_P(SparseSlackCases, WhatIsLackingIsEnough) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  Ways ways(test::planted_problem(seed, 20 + GetParam(), 3, 2));
  Random random(seed + 200);
  RandomDual dual(random, ways.reduced, 30.0);
  dual.tau[0] += 1.0;  // K(0, 0) < 0
  for (SparseSlack* slack : {&ways.direct, &ways.iterated}) {
    slack->set_form(dual.pairs, dual.tau);
    double shift = 0.0;
    SlackMixture mixture = ways.mixture(1.0, 0.0, 0.0);
    mixture.tied = slack->lacking(shift);
    ASSERT_GT(shift, 0.0);
    const index_t m = ways.reduced.rows();
    const auto block = [&](const SlackMixture& mixed) {
      return test::leading_block(
          test::dense_mixture(ways.reduced.X, mixed, dual.pairs, dual.tau, {}, std::vector<double>(dual.tau.size())),
          m);
    };
    const std::vector<double> before = test::dense_eigenvalues(block(ways.mixture(1.0, 0.0, 0.0)));
    ASSERT_LT(before.front(), 0.0);
    EXPECT_GT(test::dense_eigenvalues(block(mixture)).front(), -1e-6 * std::abs(before.front()));
    for (const double t : mixture.tied) {
      EXPECT_GE(t, 0.0);
      EXPECT_LE(t, shift);
    }
    const double first = shift;
    slack->lacking(shift);  // from there on: no further, whatever was before
    EXPECT_LE(shift, 3.0 * first);
    mixture.tied.assign(mixture.tied.size(), 2.0 * std::abs(before.front()));
    EXPECT_GT(slack->factorise(mixture), 0.0);
  }
}

INSTANTIATE_TEST_SUITE_P(Planted, SparseSlackCases, ::testing::Range(0, 30));

TEST(SparseSlack, ProposalsAreProven) {
  for (int seed = 0; seed < 30; ++seed) {
    const bool krylov = seed % 10 == 0;  // more than 150 loss rows
    const OwnedProblem p =
        krylov ? OwnedProblem{[&] {
                                Random r(static_cast<std::uint64_t>(seed));
                                return test::gaussian(r, 170, 4);
                              }(),
                              [&] {
                                Random r(77);
                                return test::gaussian(r, 170, 2);
                              }(),
                              2.0}
               : test::planted_problem(static_cast<std::uint64_t>(seed), 12 + seed, 2 + seed % 5, 1 + seed % 3);
    const Presolved reduced = presolve(p.view());
    for (const double size : {0.3, 3.0}) {
      Random random(static_cast<std::uint64_t>(seed) + 400);
      const RandomDual dual(random, reduced, size);
      const Problem view = p.view();
      Certifier certifier(view, reduced);
      const Proposal proposal = certifier.propose(dual.point());
      EXPECT_TRUE(certifier.prove(proposal).has_value()) << seed << " " << size;
    }
  }
}

}  // namespace
}  // namespace burelu
