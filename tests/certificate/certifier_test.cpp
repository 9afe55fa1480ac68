// Whatever dual point goes in, what comes out is a bound below every network: premise and bound by brute force.
#include "certificate/certifier.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "certificate/proof.hpp"
#include "certificate/proof_guides.hpp"
#include "linalg/row_space.hpp"
#include "linalg/team.hpp"
#include "support/certificate_cases.hpp"

namespace burelu {
namespace {

using test::OwnedProblem;
using test::Random;
using test::RandomDual;

/// A fair network: neurons at random, output weights by a few gradient steps, balanced.
double network_above(Random& random, const OwnedProblem& p) {
  const Matrix U = test::gaussian(random, p.X.cols, 8, 0.7);
  const Matrix V = test::gaussian(random, p.Y.cols, 8, 0.3);
  return test::network_objective(p, U, V);
}

class CertificateCases : public ::testing::TestWithParam<int> {
 protected:
  OwnedProblem problem() const {
    const int seed = GetParam();
    return test::planted_problem(static_cast<std::uint64_t>(seed), 3 + seed % 13, 2 + seed % 2, 1 + seed % 3);
  }
};

TEST_P(CertificateCases, ProvenBoundsHoldByBruteForce) {
  const OwnedProblem p = problem();
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  Random random(static_cast<std::uint64_t>(GetParam()) + 1000);
  for (const double size : {0.0, 0.3, 1.0, 30.0}) {
    const RandomDual dual(random, reduced, size);
    Certifier certifier(view, reduced);
    const Proposal proposal = certifier.propose(dual.point());
    ASSERT_TRUE(std::isfinite(proposal.bound));
    EXPECT_GE(proposal.bound, reduced.constant_loss - 1e-9);  // W = 0 gives that much
    const auto certificate = certifier.prove(proposal);
    ASSERT_TRUE(certificate.has_value());
    // A proof that fails by rounding is tried again a share below: 1e-6 or a few.
    EXPECT_NEAR(certificate->lower_bound, proposal.bound, 1e-5 * std::abs(proposal.bound));
    EXPECT_EQ(proven_bound(view, *certificate), certificate->lower_bound);
    EXPECT_EQ(certificate->data_hash, data_hash(view));
    EXPECT_LE(test::sampled_mu(p.X, certificate->W), p.gamma);
    for (int trial = 0; trial < 5; ++trial) EXPECT_LE(certificate->lower_bound, network_above(random, p));
    double zero = 0.0;
    for (const double y : p.Y.data) zero += 0.5 * y * y;
    EXPECT_LE(certificate->lower_bound, zero);
  }
}

TEST_P(CertificateCases, TooLargeADualVariableIsRefused) {
  const OwnedProblem p = problem();
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  Random random(static_cast<std::uint64_t>(GetParam()) + 2000);
  const RandomDual dual(random, reduced, 1.0);
  Certifier certifier(view, reduced);
  auto certificate = certifier.prove(certifier.propose(dual.point()));
  ASSERT_TRUE(certificate.has_value());
  const double mu = test::sampled_mu(p.X, certificate->W);
  if (mu == 0.0) return;  // every row of X is zero
  const double factor = (1.0 + 1e-9) * p.gamma / mu;
  for (double& w : certificate->W.data) w *= factor;
  EXPECT_FALSE(proven_bound(view, *certificate).has_value());
}

TEST_P(CertificateCases, ProposalIsSharp) {  // 1 % more of W than proposed is beyond these multipliers
  const OwnedProblem p = problem();
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  if (reduced.rows() == 0) return;
  Random random(static_cast<std::uint64_t>(GetParam()) + 3000);
  const RandomDual dual(random, reduced, 0.5);
  Certifier certifier(view, reduced);
  const Proposal proposal = certifier.propose(dual.point());
  const auto certificate = certifier.prove(proposal);
  ASSERT_TRUE(certificate.has_value());
  Certificate larger = *certificate;
  Matrix W = proposal.W;
  for (double& w : W.data) w *= 1.01;
  larger.W = restore_dual(reduced, view, W);
  double free = reduced.constant_loss;  // D(-Y): no constraint is felt there
  for (const double y : reduced.Y.data) free += 0.5 * y * y;
  if (proposal.bound < free * (1.0 - 1e-6)) {
    EXPECT_FALSE(proven_bound(view, larger).has_value());
  }
}

INSTANTIATE_TEST_SUITE_P(Planted, CertificateCases, ::testing::Range(0, 100));

/// One feature: the relaxation is exact, and each side of the line is a problem of its own,
/// min_h 1/2 ||q h - ybar||^2 + gamma ||h||, whose value is gamma ||ybar|| / q - gamma^2 / (2 q^2) where ||ybar|| q >
/// gamma.
TEST(Certificate, OneFeatureIsExact) {
  const double q[] = {2.0, 3.0};
  const double gamma = 0.25;
  OwnedProblem p{Matrix(2, 1), Matrix(2, 2), gamma};
  p.X(0, 0) = q[0];
  p.X(1, 0) = -q[1];
  const double y[2][2] = {{3.0, 4.0}, {-1.0, 0.5}};
  Certificate c;
  c.gamma = gamma;
  c.representatives = {0};
  c.line = {0, 0};
  c.ratio = {1.0, -1.5};
  c.W = Matrix(2, 2);
  double optimum = 0.0;
  double inner = 0.0;
  for (index_t i = 0; i < 2; ++i) {
    const double size = std::hypot(y[i][0], y[i][1]);
    optimum += gamma * size / q[i] - gamma * gamma / (2.0 * q[i] * q[i]);
    for (index_t j = 0; j < 2; ++j) {
      p.Y(i, j) = y[i][j];
      c.W(i, j) = -gamma / q[i] * y[i][j] / size;  // E = h - y at the optimum
    }
  }
  for (index_t j = 0; j < 2; ++j) inner += c.W(0, j) * 1.5 * c.W(1, j);
  c.multipliers = {{1, 0, -gamma / (q[0] * q[0]) - inner / gamma}};
  EXPECT_FALSE(proven_bound(p.view(), c).has_value());  // Q = 0 exactly: no room for rounding
  for (double& w : c.W.data) w *= 1.0 - 1e-12;
  c.multipliers[0].value *= 1.0 - 0.5e-12;
  const auto bound = proven_bound(p.view(), c);
  ASSERT_TRUE(bound.has_value());
  EXPECT_LE(*bound, optimum);
  EXPECT_GT(*bound, optimum * (1.0 - 1e-11));
}

TEST(Certificate, ProposalFindsTheOptimumFromExactMultipliers) {
  OwnedProblem p{Matrix(1, 3), Matrix(1, 1, 5.0), 0.3};
  p.X(0, 0) = 1.0;
  p.X(0, 2) = -2.0;
  const double norm = std::sqrt(5.0);
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  const std::vector<Multiplier> pairs;
  const std::vector<double> tau = {-reduced.gamma};  // -gamma / |x|^2, |x| = 1 after scaling
  const Matrix W(1, 1, -4.0);
  Certifier certifier(view, reduced);
  const DualPoint point{&pairs, &tau, &W};
  const auto certificate = certifier.prove(certifier.propose(point));
  ASSERT_TRUE(certificate.has_value());
  const double optimum = 0.3 * 5.0 / norm - 0.3 * 0.3 / 10.0;
  EXPECT_LE(certificate->lower_bound, optimum);
  EXPECT_GT(certificate->lower_bound, optimum * (1.0 - 1e-7));
}

TEST(Certificate, ScaleOfTheDataDoesNotMatter) {
  const OwnedProblem p = test::planted_problem(17, 12, 3, 2);
  double reference = 0.0;
  for (const int power : {0, 3, -200, 200, 300, -300}) {  // exact scalings, so the same random dual point
    OwnedProblem q = p;
    for (double& x : q.X.data) x = std::ldexp(x, power);
    q.gamma = std::ldexp(q.gamma, power);
    const Problem view = q.view();
    const Presolved reduced = presolve(view);
    Random random(5);
    const RandomDual dual(random, reduced, 0.5);
    Certifier certifier(view, reduced);
    const auto certificate = certifier.prove(certifier.propose(dual.point()));
    ASSERT_TRUE(certificate.has_value()) << power;
    if (power == 0) reference = certificate->lower_bound;
    EXPECT_NEAR(certificate->lower_bound, reference, 1e-9 * std::abs(reference)) << power;
  }
}

/// Rows of sizes 1e-100 to 1e100 in one problem.
TEST(Certificate, RowsOfAllSizesInOneProblem) {
  int proven = 0;
  for (int seed = 0; seed < 20; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    OwnedProblem p{test::gaussian(random, 6, 2), test::gaussian(random, 6, 1), 0.1};
    const auto size = [](index_t i) { return std::ldexp(1.0, 132 * static_cast<int>(i) - 330); };
    for (index_t i = 0; i < 6; ++i)
      for (index_t j = 0; j < 2; ++j) p.X(i, j) *= size(i);
    Certificate c;
    c.gamma = p.gamma;
    c.representatives = c.line = {0, 1, 2, 3, 4, 5};
    c.ratio = std::vector<double>(6, 1.0);
    for (std::int32_t i = 0; i < 12; ++i)
      for (std::int32_t j = 0; j < i; ++j)
        c.multipliers.push_back({i, j, (i == j + 6 ? -0.01 : 1e-5) / (size(i % 6) * size(j % 6))});
    c.W = Matrix(6, 1);
    for (index_t i = 0; i < 6; ++i) c.W(i, 0) = -1e-3 / size(i);
    const double scale = supported_scale(p.view(), c);
    if (!(scale > 0.0)) continue;
    for (double& w : c.W.data) w *= (1.0 - 1e-9) * scale;
    if (!proven_bound(p.view(), c)) continue;
    ++proven;
    EXPECT_LE(test::sampled_mu(p.X, c.W, 20000), p.gamma) << seed;
  }
  EXPECT_GT(proven, 0);
}

TEST(Certificate, BadlyScaledColumnsAreProvenToo) {
  OwnedProblem p = test::planted_problem(23, 30, 4, 2);
  for (index_t i = 0; i < 30; ++i)
    for (index_t j = 0; j < 4; ++j) p.X(i, j) *= std::pow(10.0, 2.0 * static_cast<double>(j) - 4.0);
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  Random random(6);
  const RandomDual dual(random, reduced, 0.5);
  Certifier certifier(view, reduced);
  const Proposal proposal = certifier.propose(dual.point());
  const auto certificate = certifier.prove(proposal);
  ASSERT_TRUE(certificate.has_value());
  EXPECT_GT(certificate->lower_bound, proposal.bound * (1.0 - 1e-6));
}

/// A proven certificate of a random instance to tamper with.
struct Proven {
  OwnedProblem p = test::planted_problem(4, 10, 2, 2);
  Problem view = p.view();
  Presolved reduced = presolve(view);
  Certificate certificate;

  Proven() {
    Random random(1);
    const RandomDual dual(random, reduced, 0.5);
    Certifier certifier(view, reduced);
    certificate = certifier.prove(certifier.propose(dual.point())).value();
  }
};

// [Z v] may come from another machine.
TEST(Certificate, ASolutionFromElsewhereProvesNothingFalse) {
  const Proven proven;
  const ProofRows rows = proof_rows(proven.view, proven.certificate.representatives);
  const ScaledCertificate s = provable(proven.view, proven.certificate, rows);
  ASSERT_TRUE(s.usable);
  const Matrix solution = proof_guide(s, Team()).solution;
  EXPECT_EQ(proven_bound(proven.view, proven.certificate, rows, solution), proven.certificate.lower_bound);
  Certificate larger = proven.certificate;
  const double factor = (1.0 + 1e-9) * proven.p.gamma / test::sampled_mu(proven.p.X, larger.W);
  for (double& w : larger.W.data) w *= factor;
  Random random(3);
  for (const double noise : {0.0, 1e-12, 1e-3, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
    Matrix spoiled = solution;
    std::normal_distribution<double> normal;
    for (double& z : spoiled.data) z += noise * normal(random);
    const auto bound = proven_bound(proven.view, proven.certificate, rows, spoiled);
    if (bound) {
      EXPECT_EQ(*bound, proven.certificate.lower_bound);
    }
    EXPECT_FALSE(bound.has_value() && !(noise < 1.0)) << noise;
    EXPECT_FALSE(proven_bound(proven.view, larger, rows, spoiled).has_value()) << noise;
  }
  EXPECT_FALSE(proven_bound(proven.view, proven.certificate, rows, Matrix()).has_value());
}

TEST(Certificate, NegativeMultipliersAreRefusedOffTheTiedPairs) {
  const Proven proven;
  const auto m = static_cast<std::int32_t>(proven.reduced.rows());
  bool tied = false;
  for (std::size_t k = 0; k < proven.certificate.multipliers.size(); ++k) {
    Certificate c = proven.certificate;
    tied = tied || c.multipliers[k].i == c.multipliers[k].j + m;
    if (c.multipliers[k].i == c.multipliers[k].j + m) continue;
    c.multipliers[k].value = -1e-300;
    EXPECT_FALSE(proven_bound(proven.view, c).has_value());
  }
  EXPECT_TRUE(tied);
}

TEST(Certificate, MalformedCertificatesProveNothing) {
  const Proven proven;
  const auto refused = [&](auto&& change) {
    Certificate c = proven.certificate;
    change(c);
    EXPECT_FALSE(proven_bound(proven.view, c).has_value());
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  refused([](Certificate& c) { c.multipliers.push_back(c.multipliers.back()); });  // twice the same pair
  refused([](Certificate& c) { c.multipliers.back().i = 1 << 20; });
  refused([&](Certificate& c) { c.multipliers.back().value = nan; });
  refused([&](Certificate& c) { c.W.data[0] = nan; });
  refused([&](Certificate& c) { c.ratio[0] = nan; });
  refused([](Certificate& c) { c.line[0] = 1 << 20; });
  refused([](Certificate& c) { c.representatives[0] = -1; });
  refused([](Certificate& c) { c.line.pop_back(); });
  refused([](Certificate& c) { c.ratio[2] *= 1.1; });  // a row far from its line
}

TEST(Certificate, NothingToProveWhereEveryRowIsZero) {
  OwnedProblem p{Matrix(3, 2), Matrix(3, 1, 2.0), 0.1};
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  const std::vector<Multiplier> pairs;
  const std::vector<double> tau;
  const Matrix W(0, 1);
  Certifier certifier(view, reduced);
  const DualPoint point{&pairs, &tau, &W};
  const auto certificate = certifier.prove(certifier.propose(point));
  ASSERT_TRUE(certificate.has_value());
  EXPECT_NEAR(certificate->lower_bound, 6.0, 1e-12);
  EXPECT_LE(certificate->lower_bound, 6.0);
}

/// The rows of a small problem in many features: X R with orthonormal rows of R changes no bound.
OwnedProblem in_many_features(OwnedProblem p, index_t features) {
  Random random(17);
  const RowSpace rotation = row_space(test::gaussian(random, p.X.cols, features));
  p.X = into_row_space(p.X, rotation.Q);
  return p;
}

TEST(ManyFeatures, ProveTheBoundOfTheSameRowsInFew) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const OwnedProblem few = test::planted_problem(seed, 7, 3, 2);
    const OwnedProblem many = in_many_features(few, 200);
    double bounds[2];
    for (const OwnedProblem* p : {&few, &many}) {
      const Problem view = p->view();
      const Presolved reduced = presolve(view);
      EXPECT_EQ(reduced.features(), 3);
      Random random(seed);
      const RandomDual dual(random, reduced, 0.5);
      Certifier certifier(view, reduced);
      const auto certificate = certifier.prove(certifier.propose(dual.point()));
      ASSERT_TRUE(certificate.has_value());
      EXPECT_EQ(proven_bound(view, *certificate), certificate->lower_bound);
      bounds[p == &many ? 1 : 0] = certificate->lower_bound;
      Certificate larger = *certificate;
      const double most = supported_scale(view, larger);
      for (double& w : larger.W.data) w *= 1.0001 * most;
      EXPECT_FALSE(proven_bound(view, larger).has_value());
    }
    EXPECT_NEAR(bounds[1], bounds[0], 1e-6 * bounds[0]);
  }
}

// The premise by brute force, in the direction of the rows themselves: sampling finds nothing in 300 dimensions.
TEST(ManyFeatures, TheProofIsOfOrderOfTheRows) {
  const OwnedProblem p = in_many_features(test::planted_problem(3, 6, 4, 1), 300);
  const ProofRows rows = proof_rows(p.view(), {0, 1});
  ASSERT_TRUE(rows.usable);
  EXPECT_EQ(rows.X.cols, 2);
  EXPECT_GE(rows.stretch, 1.0);
  EXPECT_LT(rows.stretch, 1.0 + 1e-10);
  for (const double residual : rows.residual) EXPECT_LT(residual, 1e-11);
  EXPECT_EQ(proof_rows(p.view(), {0}).X.cols, 1);
  EXPECT_FALSE(proof_rows(p.view(), {7}).usable);
}

}  // namespace
}  // namespace burelu
