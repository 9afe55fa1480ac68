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
    const Matrix N =
        test::dense_slack(ways.reduced.X, ways.reduced.gamma, mixture, one.pairs, one.tau, two.pairs, two.tau);
    const bool expected = test::dense_eigenvalues(N).front() > 0.0;
    definite += expected ? 1 : 0;
    const Matrix solution = expected ? dense_solution(N, right) : Matrix();
    for (SparseSlack* slack : {&ways.direct, &ways.iterated}) {
      slack->set_form(one.pairs, one.tau);
      slack->set_anchor(two.pairs, two.tau);
      ASSERT_EQ(slack->factorise(mixture), expected);
      if (!expected) continue;
      Matrix Z = right;
      ASSERT_TRUE(slack->solve(Z));
      expect_near(Z, solution, 1e-6);
      Z = right;
      Matrix G;
      ASSERT_TRUE(slack->gram(Z, G));
      Matrix gram(4, 4);
      for (index_t i = 0; i < 4; ++i)
        for (index_t j = 0; j < 4; ++j)
          for (index_t k = 0; k < order; ++k) gram(i, j) += right(k, i) * solution(k, j);
      for (index_t i = 0; i < 4; ++i)
        for (index_t j = i; j < 4; ++j) EXPECT_NEAR(G(i, j), gram(i, j), 1e-6 * largest(gram));  // column-major lower
    }
  }
  EXPECT_GT(definite, 0);
}

TEST_P(SparseSlackCases, FindsTheNegativeCurvature) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  Ways ways(test::planted_problem(seed, 20 + GetParam(), 3, 2));
  Random random(seed + 200);
  const RandomDual dual(random, ways.reduced, 30.0);
  const SlackMixture mixture = ways.mixture(1.0, 0.0, 0.0);
  ways.direct.set_form(dual.pairs, dual.tau);
  std::vector<double> expected = test::dense_eigenvalues(test::dense_slack(
      ways.reduced.X, ways.reduced.gamma, mixture, dual.pairs, dual.tau, {}, std::vector<double>(dual.tau.size())));
  std::erase_if(expected, [](double value) { return !(value < 0.0); });
  const Curvature found = ways.direct.negative_part(mixture);
  ASSERT_FALSE(expected.empty());
  ASSERT_EQ(found.values.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k)
    EXPECT_NEAR(found.values[k], expected[k], 1e-6 * std::abs(expected[0])) << k;
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
