// Certificates with cone cuts: what a cut's product is, and that no bound is above a network, whatever cuts and
// multipliers go in.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "burelu/solve.hpp"
#include "certificate/form.hpp"
#include "certificate/proof.hpp"
#include "cuts/cut_expansion.hpp"
#include "support/cut_cases.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"

namespace burelu {
namespace {

using test::OwnedProblem;
using test::Random;
using test::RandomDual;

TEST(CutExpansion, SumsToTheProductOfTheForms) {
  Random random(1);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 200; ++trial) {
    const std::int32_t m = 1 + trial % 4;
    const std::vector<Cut> cuts = test::arbitrary_cuts(random, m, 3);
    std::vector<double> f(static_cast<std::size_t>(2 * m));  // not only what neurons give: an identity of polynomials
    for (double& value : f) value = normal(random);
    std::vector<double> all = f;
    for (const Cut& cut : cuts) {
      double s = -f[static_cast<std::size_t>(cut.line)];
      for (const CutTerm& term : cut.terms) s += term.coefficient * f[static_cast<std::size_t>(term.form)];
      all.push_back(s);
    }
    for (std::int32_t i = 0; i < 2 * m + 3; ++i)
      for (std::int32_t j = 0; j <= i; ++j) {
        double sum = 0.0;
        double size = 0.0;
        expand({i, j, 1.7}, m, cuts, [&](std::int32_t p, std::int32_t q, double value) {
          ASSERT_GE(p, q);
          ASSERT_LT(p, 2 * m);
          const double term =
              (p == q ? 0.5 : 1.0) * value * f[static_cast<std::size_t>(p)] * f[static_cast<std::size_t>(q)];
          sum += term;
          size += std::abs(term);
        });
        const double product =
            (i == j ? 0.5 : 1.0) * 1.7 * all[static_cast<std::size_t>(i)] * all[static_cast<std::size_t>(j)];
        EXPECT_NEAR(sum, product, 1e-13 * (size + 1e-300)) << i << " " << j;
      }
  }
}

/// A quadratic form in (a, u) built from pairs with cuts equals minus the sum of their products, on neurons and off.
TEST(CutExpansion, FormMatrixIsMinusTheSumOfProducts) {
  Random random(2);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 50; ++trial) {
    const index_t m = 3 + trial % 3;
    const index_t d = 1 + trial % 3;
    const Matrix X = test::gaussian(random, m, d);
    const std::vector<Cut> cuts = test::arbitrary_cuts(random, static_cast<std::int32_t>(m), 3);
    std::vector<double> z(static_cast<std::size_t>(m + d));
    for (double& value : z) value = normal(random);
    std::vector<double> f(z.begin(), z.begin() + m);
    for (index_t k = 0; k < m; ++k) {
      double b = z[static_cast<std::size_t>(k)];
      for (index_t l = 0; l < d; ++l) b -= X(k, l) * z[static_cast<std::size_t>(m + l)];
      f.push_back(b);
    }
    for (const Cut& cut : cuts) {
      double s = -f[static_cast<std::size_t>(cut.line)];
      for (const CutTerm& term : cut.terms) s += term.coefficient * f[static_cast<std::size_t>(term.form)];
      f.push_back(s);
    }
    std::vector<Multiplier> pairs;
    double expected = 0.0;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(f.size()); ++i)
      for (std::int32_t j = 0; j <= i; ++j) {
        pairs.push_back({i, j, std::abs(normal(random))});
        expected -=
            (i == j ? 0.5 : 1.0) * pairs.back().value * f[static_cast<std::size_t>(i)] * f[static_cast<std::size_t>(j)];
      }
    FormMatrix form(X, &cuts);
    form.add(pairs);
    form.finish();
    double value = 0.0;
    for (index_t i = 0; i < m + d; ++i)
      for (index_t j = 0; j <= i; ++j)
        value += (i == j ? 1.0 : 2.0) * form.lower()[static_cast<std::size_t>(j * (m + d) + i)] *
                 z[static_cast<std::size_t>(i)] * z[static_cast<std::size_t>(j)];
    EXPECT_NEAR(value, expected, 1e-11 * (1.0 + std::abs(expected)) * 100.0) << trial;
  }
}

/// A proven certificate from random cuts and random multipliers.
std::optional<Certificate> random_certificate(const OwnedProblem& p, Random& random, double size) {
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  const std::vector<Cut> cuts = test::random_cuts(random, reduced.X, 1 + static_cast<int>(random() % 6));
  const RandomDual dual = test::random_dual(random, reduced, cuts, size);
  Certifier certifier(view, reduced, test::processor());
  certifier.add_cuts(cuts);
  return certifier.prove(certifier.propose(dual.point()));
}

TEST(CertificateCuts, ThousandsOfRandomBoundsHold) {
  int used = 0;
  for (int seed = 0; seed < 3000; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    const index_t n = 4 + seed % 5;
    const OwnedProblem p = test::planted_problem(static_cast<std::uint64_t>(seed), n, 2 + seed % 2, 1 + seed / 2 % 2);
    const double sizes[] = {0.1, 0.5, 2.0, 20.0};
    const auto certificate = random_certificate(p, random, sizes[seed % 4]);
    ASSERT_TRUE(certificate.has_value()) << seed;
    used += certificate->cuts.empty() ? 0 : 1;
    EXPECT_EQ(proven_bound(p.view(), *certificate), certificate->lower_bound);
    EXPECT_LE(test::sampled_mu(p.X, certificate->W, 300), p.gamma) << seed;
    for (int trial = 0; trial < 2; ++trial)
      EXPECT_LE(certificate->lower_bound, test::descended_network(random, p, 4, 20)) << seed;
  }
  EXPECT_GT(used, 1500);
}

/// Solves with cuts, whose bounds are tight: here a proof that forgets something is above a network.
struct Solved {
  OwnedProblem p;
  Certificate certificate;
  double network = 0.0;

  Solved(index_t n, index_t d, index_t c, std::uint64_t seed) {
    const test::Instance teacher = test::teacher(n, d, c, seed);
    p = {teacher.X, teacher.Y, teacher.gamma};
    TrainOptions options;
    options.solve.cuts = kAutomatic;
    options.solve.max_evaluations = 3000;
    const Training training = train(p.view(), options);
    certificate = training.relaxation.certificate;
    network = training.objective;
  }
};

TEST(CertificateCuts, TightBoundsStayBelowTrainedNetworks) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const Solved s(8, 2 + static_cast<index_t>(seed % 2), 1 + static_cast<index_t>(seed % 3), 10 * seed + 5);
    ASSERT_FALSE(s.certificate.empty());
    EXPECT_LE(s.certificate.lower_bound, s.network) << seed;
    EXPECT_EQ(proven_bound(s.p.view(), s.certificate), s.certificate.lower_bound);
    EXPECT_LE(test::sampled_mu(s.p.X, s.certificate.W, 20000), s.p.gamma);
  }
}

/// The bound of these cuts and multipliers with as much of W as they support; nothing where that is nothing.
std::optional<double> best_bound(const OwnedProblem& p, Certificate& c) {
  double s = std::min(supported_scale(p.view(), c), 1e3);
  const Matrix W = c.W;
  for (double shrink = 1e-12; shrink < 1e-4 && s > 0.0; shrink *= 10.0) {
    for (std::size_t i = 0; i < W.data.size(); ++i) c.W.data[i] = s * (1.0 - shrink) * W.data[i];
    if (const auto bound = proven_bound(p.view(), c)) return bound;
  }
  return std::nullopt;
}

TEST(CertificateCuts, FalseCombinationsArePaidFor) {
  Random random(3);
  std::normal_distribution<double> normal;
  const Solved s(9, 2, 2, 77);
  ASSERT_FALSE(s.certificate.cuts.empty());
  int proven = 0;
  for (int trial = 0; trial < 300; ++trial) {
    Certificate c = s.certificate;
    const double change = std::pow(10.0, -12.0 + 13.0 * (trial % 40) / 39.0);
    Cut& cut = c.cuts[random() % c.cuts.size()];
    for (CutTerm& term : cut.terms) term.coefficient *= std::exp(change * normal(random));
    if (trial % 5 == 0) cut.terms.pop_back();
    if (trial % 7 == 0) cut.line = static_cast<std::int32_t>(random() % c.representatives.size());
    const auto bound = best_bound(s.p, c);
    if (!bound) continue;
    ++proven;
    EXPECT_LE(test::sampled_mu(s.p.X, c.W, 20000), s.p.gamma) << trial;
    EXPECT_LE(*bound, s.network) << trial;
  }
  EXPECT_GT(proven, 50);
  EXPECT_LT(proven, 300);
}

struct OffCase {
  double with_b, with_other, square;
};
constexpr OffCase kOffCases[] = {{0.0, 0.0, 0.0},  {0.1, 0.0, 0.0},   {1e-4, 0.0, 0.0},
                                 {0.0, 0.01, 0.0}, {0.05, 0.02, 0.0}, {0.02, 0.01, 0.1}};

TEST(CertificateCuts, TheResidualCostsExactlyDelta) {
  // delta is inflated by 1e-7 here and there
  for (const auto& [with_b, with_other, square] : kOffCases) {
    test::OffCombination off(with_b, with_other, square);
    EXPECT_NEAR(supported_scale(off.p.view(), off.certificate), off.most, 1e-6) << with_b << " " << with_other;
    off.certificate.W.data[0] = -off.most * (1.0 - 1e-6);
    EXPECT_TRUE(proven_bound(off.p.view(), off.certificate).has_value()) << with_b << " " << with_other;
    off.certificate.W.data[0] = -off.most * (1.0 + 1e-6);
    EXPECT_FALSE(proven_bound(off.p.view(), off.certificate).has_value()) << with_b << " " << with_other;
  }
}

TEST(CertificateCuts, FormsWithoutACombinationProveNothingFalse) {
  for (int seed = 0; seed < 50; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    const OwnedProblem p{test::gaussian(random, 5, 2), test::gaussian(random, 5, 1, 3.0), 0.1};
    for (double size = 1e-6; size < 1e7; size *= 10.0) {
      Certificate c = test::without_combination(p, size);
      if (best_bound(p, c)) {
        EXPECT_LE(test::sampled_mu(p.X, c.W, 2000), p.gamma) << seed << " " << size;
      }
      c.W = test::without_combination(p, size).W;
      EXPECT_FALSE(proven_bound(p.view(), c).has_value()) << seed << " " << size;
    }
  }
}

TEST(CertificateCuts, ArbitraryFormsInTheGuiseOfCutsProveNothingFalse) {
  int proven = 0;
  for (int seed = 0; seed < 3000; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    const OwnedProblem p{test::gaussian(random, 2 + seed % 3, 1 + seed / 3 % 2),
                         test::gaussian(random, 2 + seed % 3, 1), 0.1};
    Certificate c = test::arbitrary_certificate(random, p);
    if (!best_bound(p, c)) continue;
    ++proven;
    EXPECT_LE(test::sampled_mu(p.X, c.W, 2000), p.gamma) << seed;
  }
  EXPECT_GT(proven, 300);
}

TEST(CertificateCuts, UnitsDoNotMatter) {
  const OwnedProblem p = test::planted_problem(17, 9, 2, 2);
  double reference = 0.0;
  for (const int power : {0, 3, -200, 200, 332, -332}) {
    OwnedProblem q = p;
    for (double& x : q.X.data) x = std::ldexp(x, power);
    q.gamma = std::ldexp(q.gamma, power);
    Random random(5);
    const auto certificate = random_certificate(q, random, 0.5);
    ASSERT_TRUE(certificate.has_value()) << power;
    EXPECT_FALSE(certificate->cuts.empty());
    if (power == 0) reference = certificate->lower_bound;
    EXPECT_NEAR(certificate->lower_bound, reference, 1e-9 * std::abs(reference)) << power;
  }
}

/// Rows of sizes 1e-100 to 1e100 in one problem.
TEST(CertificateCuts, RowsOfAllSizesInOneProblem) {
  for (int seed = 0; seed < 20; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    OwnedProblem p{test::gaussian(random, 6, 2), test::gaussian(random, 6, 1), 0.1};
    for (index_t i = 0; i < 6; ++i)
      for (index_t j = 0; j < 2; ++j) p.X(i, j) = std::ldexp(p.X(i, j), 132 * static_cast<int>(i) - 330);
    Certificate c;
    c.gamma = p.gamma;
    c.representatives = {0, 1, 2, 3, 4, 5};
    c.line = {0, 1, 2, 3, 4, 5};
    c.ratio = std::vector<double>(6, 1.0);
    c.W = Matrix(6, 1);
    c.cuts = test::random_cuts(random, p.X, 8);  // those with coefficients below 1e3
    for (index_t i = 0; i < 6; ++i) c.W(i, 0) = -std::ldexp(1e-3, 330 - 132 * static_cast<int>(i));
    const auto size = [&](index_t i) { return std::ldexp(1.0, 132 * static_cast<int>(i) - 330); };
    for (std::int32_t k = 0; k < 6; ++k) c.multipliers.push_back({6 + k, k, -0.01 / (size(k) * size(k))});
    const auto q = static_cast<std::int32_t>(c.cuts.size());
    for (std::int32_t t = 0; t < q; ++t) {
      const double s = size(c.cuts[static_cast<std::size_t>(t)].line);
      c.multipliers.push_back({12 + t, 3, 1e-5 / (s * size(3))});
      c.multipliers.push_back({12 + t, 12 + t, 1e-5 / (s * s)});
    }
    const auto bound = best_bound(p, c);
    if (!bound) continue;  // never wrong is what counts here
    EXPECT_LE(test::sampled_mu(p.X, c.W, 20000), p.gamma) << seed;
  }
}

class ChangedCut : public ::testing::Test {
 protected:
  Solved s_{8, 2, 1, 31};
  void SetUp() override { ASSERT_FALSE(s_.certificate.cuts.empty()); }
  std::optional<double> with(const CutTerm& added, bool twice = false) {
    Certificate c = s_.certificate;
    c.cuts[0].terms.push_back(added);
    const auto m = static_cast<std::int32_t>(c.representatives.size());
    if (twice) c.cuts[0].terms.push_back({(added.form + m) % (2 * m), added.coefficient});  // x_j - x_j
    return proven_bound(s_.p.view(), c);
  }
};

TEST_F(ChangedCut, NegligibleCoefficientsChangeNothing) {
  EXPECT_EQ(with({0, 5e-324}), s_.certificate.lower_bound);
  EXPECT_EQ(with({0, 1e-300}), s_.certificate.lower_bound);
}

TEST_F(ChangedCut, HugeCoefficientsAreRefusedOrPaidFor) {
  for (const double c : {1e10, 1e20, 1e30, 1e31, 1e100, 1e200, 1.7e308})
    for (const bool cancelled : {false, true}) EXPECT_FALSE(with({1, c}, cancelled).has_value()) << c;
}

TEST_F(ChangedCut, MalformedCutsProveNothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto m = static_cast<std::int32_t>(s_.certificate.representatives.size());
  for (const CutTerm& term : {CutTerm{0, 0.0}, CutTerm{0, -0.0}, CutTerm{0, -1e-300}, CutTerm{0, nan},
                              CutTerm{0, infinity}, CutTerm{-1, 1.0}, CutTerm{2 * m, 1.0}, CutTerm{1 << 30, 1.0}})
    EXPECT_FALSE(with(term).has_value()) << term.form << " " << term.coefficient;
  for (const std::int32_t line : {-1, m, 1 << 30}) {
    Certificate c = s_.certificate;
    c.cuts[0].line = line;
    EXPECT_FALSE(proven_bound(s_.p.view(), c).has_value()) << line;
  }
  Certificate c = s_.certificate;
  c.cuts.pop_back();  // its multipliers name a form that is not there
  EXPECT_FALSE(proven_bound(s_.p.view(), c).has_value());
}

TEST_F(ChangedCut, OnlyTiedPairsOfRowsAreFree) {
  const auto m = static_cast<std::int32_t>(s_.certificate.representatives.size());
  const auto q = static_cast<std::int32_t>(s_.certificate.cuts.size());
  for (std::int32_t t = 0; t < q; ++t)
    for (const std::int32_t j : {t, m + t, 2 * m + t}) {
      Certificate c = s_.certificate;
      if (j >= 2 * m + q) continue;
      std::erase_if(c.multipliers, [&](const Multiplier& pair) { return pair.i == 2 * m + t && pair.j == j; });
      const Multiplier pair{2 * m + t, j, -1e-300};
      const auto place = std::find_if(c.multipliers.begin(), c.multipliers.end(), [&](const Multiplier& other) {
        return other.i > pair.i || (other.i == pair.i && other.j > pair.j);
      });
      c.multipliers.insert(place, pair);
      EXPECT_FALSE(proven_bound(s_.p.view(), c).has_value()) << t << " " << j;
    }
}

}  // namespace
}  // namespace burelu
