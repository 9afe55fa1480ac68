// The sparse proof against the definition: whatever it accepts, Q is positive semidefinite, whatever Z and v it is
// given.
#include "certificate/sparse_proof.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "certificate/proof.hpp"
#include "support/certificate_cases.hpp"
#include "support/dense_form.hpp"

namespace burelu {
namespace {

using test::OwnedProblem;
using test::Random;
using test::RandomDual;

/// A scaled certificate by itself: any nonnegative list, ties of both signs, any G.
ScaledCertificate random_form(Random& random, double multipliers, double ties, double G) {
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::uniform_int_distribution<int> rows(1, 12);
  ScaledCertificate s;
  const auto m = static_cast<std::int32_t>(rows(random));
  const index_t d = 1 + rows(random) % 4;
  s.X = test::gaussian(random, m, d);
  s.gamma = 0.5 + uniform(random);
  s.G = test::gaussian(random, m + d, 1 + rows(random) % 3, G);
  for (std::int32_t i = 0; i < 2 * m; ++i)
    for (std::int32_t j = 0; j <= i; ++j) {
      const bool tied = i == j + m;
      if (!tied && uniform(random) > 0.3) continue;
      const double value = tied ? -ties * uniform(random) : multipliers * std::pow(uniform(random), 4.0);
      s.pairs.push_back({i, j, value});
    }
  s.usable = true;
  return s;
}

/// Least eigenvalue of Q over its largest entry, G times `scale`.
double least_eigenvalue(const ScaledCertificate& s, double scale) {
  Matrix Q = test::dense_form(s.X, s.pairs);
  double largest = 0.0;
  for (index_t i = 0; i < Q.rows; ++i)
    for (index_t j = 0; j < Q.cols; ++j) {
      if (i == j && i >= s.X.rows) Q(i, j) += 0.5 * s.gamma;
      for (index_t l = 0; l < s.G.cols; ++l) Q(i, j) -= scale * scale * s.G(i, l) * s.G(j, l) / (2.0 * s.gamma);
      largest = std::max(largest, std::abs(Q(i, j)));
    }
  return test::dense_eigenvalues(Q).front() / largest;
}

TEST(SparseProof, AcceptsNothingThatIsIndefinite) {
  Random random(1);
  std::uniform_real_distribution<double> uniform(-3.0, 1.0);
  int accepted = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    const ScaledCertificate s = random_form(random, std::pow(10.0, uniform(random) - 1.0),
                                            std::pow(10.0, uniform(random)), std::pow(10.0, uniform(random) - 1.0));
    const bool proven = SparseProof(s).proves();
    const double least = least_eigenvalue(s, 1.0);
    if (proven) {
      EXPECT_GT(least, -1e-13) << trial;
    }
    if (least > 1e-6) {
      EXPECT_TRUE(proven) << trial;
    }
    accepted += proven ? 1 : 0;
  }
  EXPECT_GT(accepted, 400);
  EXPECT_LT(accepted, 3600);
}

TEST(SparseProof, TheLargestScaleIsProvenAndSharp) {
  Random random(2);
  int met = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    const ScaledCertificate s = random_form(random, 0.02, 0.2, 0.1);
    const SparseProof proof(s);
    const double scale = proof.largest_scale();
    if (scale == 0.0 || scale > 1e100) continue;
    ++met;
    EXPECT_TRUE(proof.proves(scale)) << trial;
    EXPECT_FALSE(proof.proves(1.001 * scale)) << trial;
    EXPECT_GT(least_eigenvalue(s, scale), -1e-13) << trial;
    EXPECT_LT(least_eigenvalue(s, 1.001 * scale), 0.0) << trial;
  }
  EXPECT_GT(met, 100);
}

// The theorem holds for any Z and v: bad ones prove less, never what is not so.
TEST(SparseProof, AnyZAndVAreSound) {
  Random random(3);
  std::uniform_real_distribution<double> uniform(-16.0, 1.0);
  std::normal_distribution<double> normal;
  int accepted = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    const ScaledCertificate s = random_form(random, 0.02, 0.3, 0.2);
    const index_t k = s.X.cols + s.G.cols + 1;
    Matrix solution = test::gaussian(random, s.X.rows, k, std::pow(10.0, uniform(random)));
    for (index_t i = 0; i < s.X.rows; ++i) {
      if (trial % 2 == 0) {  // near the solution for a diagonal K
        for (const Multiplier& pair : s.pairs)
          if (pair.j == i && pair.i == i + s.X.rows && pair.value < 0.0)
            for (index_t l = 0; l < s.G.cols; ++l) solution(i, s.X.cols + l) += 0.5 * s.G(i, l) / -pair.value;
      }
      solution(i, k - 1) = 1.0 + 0.2 * normal(random);
    }
    const bool proven = SparseProof(s, solution).proves();
    if (proven) {
      EXPECT_GT(least_eigenvalue(s, 1.0), -1e-13) << trial;
    }
    accepted += proven ? 1 : 0;
  }
  EXPECT_GT(accepted, 20);
}

TEST(SparseProof, BoundsOfArbitraryListsAreBelowNetworks) {
  int proven = 0;
  for (int seed = 0; seed < 1500; ++seed) {
    const OwnedProblem p = test::planted_problem(static_cast<std::uint64_t>(seed), 3 + seed % 9, 2, 1 + seed % 2);
    const Problem view = p.view();
    const Presolved reduced = presolve(view);
    Random random(static_cast<std::uint64_t>(seed) + 9000);
    std::uniform_real_distribution<double> uniform(-2.0, 2.0);
    const RandomDual dual(random, reduced, std::pow(10.0, uniform(random)));
    Certificate c;
    c.gamma = p.gamma;
    c.representatives = reduced.representatives;
    c.line = reduced.line;
    c.ratio = reduced.ratio;
    const auto m = static_cast<std::int32_t>(reduced.rows());
    std::vector<Multiplier> pairs = dual.pairs;  // as they are: no repair
    for (std::int32_t k = 0; k < m; ++k) pairs.push_back({k + m, k, dual.tau[static_cast<std::size_t>(k)]});
    std::sort(pairs.begin(), pairs.end(),
              [](const Multiplier& a, const Multiplier& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); });
    c.multipliers = pairs;
    c.W = test::gaussian(random, p.X.rows, p.Y.cols, std::pow(10.0, uniform(random) - 2.0));
    const auto bound = proven_bound(view, c);
    if (!bound) continue;
    ++proven;
    EXPECT_LE(test::sampled_mu(p.X, c.W, 300), p.gamma) << seed;
    for (int start = 0; start < 4; ++start)
      EXPECT_LE(*bound,
                test::network_objective(p, test::gaussian(random, 2, 6, 0.7), test::gaussian(random, p.Y.cols, 6, 0.3)))
          << seed;
  }
  EXPECT_GT(proven, 50);
}

}  // namespace
}  // namespace burelu
