// The independent checker on certificates with cone cuts: agrees with the library, and refuses tampering with cuts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "burelu/solve.hpp"
#include "certificate/proof.hpp"
#include "support/cut_cases.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"
#include "verify/check.hpp"
#include "verify/cuts.hpp"
#include "verify/thin.hpp"

namespace burelu {
namespace {

using test::OwnedProblem;
using test::Random;

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
  for (const Cut& cut : c.cuts) {
    out.cuts.push_back({cut.line, {}});
    for (const CutTerm& term : cut.terms) out.cuts.back().terms.push_back({term.form, term.coefficient});
  }
  for (const Multiplier& pair : c.multipliers) out.pairs.push_back({pair.i, pair.j, pair.value});
  return out;
}

/// W and what both programs say about multiples of it.
void expect_agreement(const OwnedProblem& p, const Certificate& proven, const std::string& name) {
  const verify::Data data = data_of(p);
  const verify::Verdict verdict = verify::check(data, claim_of(proven));
  EXPECT_TRUE(verdict.valid) << name << " " << verdict.reason;
  EXPECT_GE(verdict.lower_bound, proven.lower_bound) << name;
  EXPECT_NEAR(verdict.lower_bound, proven.lower_bound, 1e-12 * std::abs(proven.lower_bound)) << name;
  const double most = supported_scale(p.view(), proven);
  for (const double factor :
       {1.0 + 1e-6, 1.0 - 1e-6}) {  // of what the multipliers support: the edge itself is rounding's
    if (most > 1e3) continue;
    Certificate c = proven;
    for (double& w : c.W.data) w *= most * factor;
    const auto bound = proven_bound(p.view(), c);
    c.lower_bound = bound.value_or(-1e300);
    EXPECT_EQ(bound.has_value(), factor < 1.0) << name;
    EXPECT_EQ(verify::check(data, claim_of(c)).valid, bound.has_value()) << name << " " << factor;
  }
}

TEST(VerifyCuts, AgreesWithTheLibraryOnRandomCuts) {
  for (int seed = 0; seed < 200; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    OwnedProblem p = test::planted_problem(static_cast<std::uint64_t>(seed), 4 + seed % 7, 2 + seed % 3, 1 + seed % 3);
    const int power = (seed % 5 - 2) * 100;
    for (double& x : p.X.data) x = std::ldexp(x, power);
    p.gamma = std::ldexp(p.gamma, power);
    const Problem view = p.view();
    const Presolved reduced = presolve(view);
    const std::vector<Cut> cuts = test::random_cuts(random, reduced.X, 1 + seed % 7);
    const test::RandomDual dual = test::random_dual(random, reduced, cuts, seed % 2 == 0 ? 0.3 : 3.0);
    Certifier certifier(view, reduced, test::processor());
    certifier.add_cuts(cuts);
    expect_agreement(p, certifier.prove(certifier.propose(dual.point())).value(), std::to_string(seed));
  }
}

/// A tight certificate: of a solve with cuts.
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

TEST(VerifyCuts, AgreesWithTheLibraryOnSolvesWithCuts) {
  int with_cuts = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const Solved s(10, 2 + static_cast<index_t>(seed % 3), 1 + static_cast<index_t>(seed % 2), 20 * seed + 3);
    with_cuts += s.certificate.cuts.empty() ? 0 : 1;
    EXPECT_LE(s.certificate.lower_bound, s.network);
    expect_agreement(s.p, s.certificate, std::to_string(seed));
  }
  EXPECT_GE(with_cuts, 2);
}

/// The polynomial left after the cuts are gone has the value of the products it came from, at any values of the forms.
TEST(VerifyCuts, SubstitutionKeepsThePolynomial) {
  Random random(7);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 100; ++trial) {
    const std::int64_t m = 1 + trial % 4;
    verify::Claim claim;
    claim.representatives.assign(static_cast<std::size_t>(m), 0);
    std::vector<double> f(static_cast<std::size_t>(2 * m));
    for (double& value : f) value = normal(random);
    std::vector<double> all = f;
    for (int t = 0; t < 3; ++t) {
      verify::Combination cut{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(m)), {}};
      double s = -f[static_cast<std::size_t>(cut.line)];
      for (std::uint64_t k = random() % 6; k > 0; --k) {  // forms repeat, and the line's own occurs
        const auto form = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * m));
        cut.terms.push_back({form, 0.1 + std::abs(normal(random))});
        s += cut.terms.back().coefficient * f[static_cast<std::size_t>(form)];
      }
      claim.cuts.push_back(cut);
      all.push_back(s);
    }
    double expected = 0.0;
    double size = 0.0;
    for (std::int64_t i = 0; i < 2 * m + 3; ++i)
      for (std::int64_t j = 0; j <= i; ++j) {
        const double value = std::abs(normal(random));
        claim.pairs.push_back({i, j, value});
        if (i < 2 * m) continue;
        const double term =
            (i == j ? 0.5 : 1.0) * value * all[static_cast<std::size_t>(i)] * all[static_cast<std::size_t>(j)];
        expected += term;
        size += std::abs(term);
      }
    double sum = 0.0;
    for (const verify::Monomial& product : verify::substitute_cuts(claim)) {
      ASSERT_LT(product.i, static_cast<std::size_t>(2 * m));
      ASSERT_LE(product.j, product.i);
      EXPECT_LE(product.coefficient.low, product.coefficient.high);
      sum += 0.5 * (product.coefficient.low + product.coefficient.high) * f[product.i] * f[product.j];
    }
    EXPECT_NEAR(sum, expected, 1e-12 * size * 100.0);
  }
}

class TamperedCuts : public ::testing::Test {
 protected:
  Solved s_{10, 2, 1, 23};
  verify::Data data_ = data_of(s_.p);
  verify::Claim claim_ = claim_of(s_.certificate);
  std::int64_t m_ = static_cast<std::int64_t>(claim_.representatives.size());

  void SetUp() override {
    ASSERT_FALSE(claim_.cuts.empty());
    const verify::Verdict verdict = verify::check(data_, claim_);
    ASSERT_TRUE(verdict.valid) << verdict.reason;
  }
  void expect_refused(const std::string& reason) {
    const verify::Verdict verdict = verify::check(data_, claim_);
    EXPECT_FALSE(verdict.valid);
    EXPECT_NE(verdict.reason.find(reason), std::string::npos) << verdict.reason;
  }
};

TEST_F(TamperedCuts, BoundRaised) {
  claim_.lower_bound = std::nextafter(verify::check(data_, claim_).lower_bound, 1e9);
  expect_refused("higher than what W proves");
}

TEST_F(TamperedCuts, CoefficientChanged) {
  int refused = 0;
  for (verify::Combination& cut : claim_.cuts)
    for (auto& term : cut.terms)
      for (const double factor : {0.5, 1.1, 3.0, 1e6, 1e300}) {
        const double old = term.coefficient;
        term.coefficient *= factor;
        const verify::Verdict verdict = verify::check(data_, claim_);
        refused += verdict.valid ? 0 : 1;
        if (verdict.valid) {
          EXPECT_LE(verdict.lower_bound, s_.network);
        }
        term.coefficient = old;
      }
  EXPECT_GT(refused, 0);
}

/// A change beyond rounding enlarges delta: W must shrink for it, and with W as it was the bound is refused.
TEST_F(TamperedCuts, EveryCoefficientMatters) {
  std::vector<bool> used(claim_.cuts.size(), false);  // in a product with another form
  for (const verify::Pair& pair : claim_.pairs)
    for (const std::int64_t form : {pair.i, pair.j})
      if (form >= 2 * m_ && pair.i != pair.j && pair.value > 0.0) used[static_cast<std::size_t>(form - 2 * m_)] = true;
  const double before = verify::shortfall_above(verify::thin_rows(data_, claim_).rows, claim_);
  for (std::size_t t = 0; t < claim_.cuts.size(); ++t) {
    if (!used[t]) continue;
    for (auto& term : claim_.cuts[t].terms) {
      const double old = term.coefficient;
      term.coefficient *= 1.001;
      EXPECT_GT(verify::shortfall_above(verify::thin_rows(data_, claim_).rows, claim_), before) << t;
      term.coefficient = old;
    }
  }
}

TEST_F(TamperedCuts, CoefficientNotPositive) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double value : {0.0, -1e-300, -1.0, nan, std::numeric_limits<double>::infinity()}) {
    claim_.cuts[0].terms[0].coefficient = value;
    expect_refused("coefficient not above 0");
  }
}

TEST_F(TamperedCuts, FormsAndLinesOutOfRange) {
  const std::int64_t form = claim_.cuts[0].terms[0].form;
  for (const std::int64_t wrong : {std::int64_t{-1}, 2 * m_, std::int64_t{1} << 40}) {
    claim_.cuts[0].terms[0].form = wrong;
    expect_refused("form that is not there");
  }
  claim_.cuts[0].terms[0].form = form;
  for (const std::int64_t wrong : {std::int64_t{-1}, m_, std::int64_t{1} << 40}) {
    claim_.cuts[0].line = wrong;
    expect_refused("line that is not there");
  }
}

TEST_F(TamperedCuts, CutTakenAway) {
  claim_.cuts.pop_back();
  expect_refused("out of range");
}

TEST_F(TamperedCuts, NegativeMultipliersOfCuts) {
  for (verify::Pair& pair : claim_.pairs) {
    if (pair.i < 2 * m_) continue;
    const double old = pair.value;
    pair.value = -1e-300;
    expect_refused("not tied");
    pair.value = old;
  }
}

/// Only (m + k, k) is free; (2m + t, m + t) differs by m as well and is not.
TEST_F(TamperedCuts, CutsAreNotTied) {
  for (std::int64_t t = 0; t < static_cast<std::int64_t>(claim_.cuts.size()); ++t)
    for (const std::int64_t j : {t, m_ + t, 2 * m_ + t}) {
      claim_.pairs.push_back({std::max(2 * m_ + t, j), std::min(2 * m_ + t, j), -1e-300});
      expect_refused(j >= 2 * m_ + static_cast<std::int64_t>(claim_.cuts.size()) ? "out of range" : "not tied");
      claim_.pairs.pop_back();
    }
}

/// Each cut names another line, or its terms the other side: the residual is as long as a row, and delta pays for it.
TEST_F(TamperedCuts, WrongCombination) {
  const verify::Claim honest = claim_;
  for (verify::Combination& cut : claim_.cuts) cut.line = (cut.line + 1) % m_;
  EXPECT_FALSE(verify::check(data_, claim_).valid);
  claim_ = honest;
  for (verify::Combination& cut : claim_.cuts)
    for (auto& term : cut.terms) term.form = (term.form + m_) % (2 * m_);
  EXPECT_FALSE(verify::check(data_, claim_).valid);
  claim_ = honest;
  for (verify::Combination& cut : claim_.cuts) cut.terms.clear();  // s = -a_k
  EXPECT_FALSE(verify::check(data_, claim_).valid);
}

TEST(VerifyCuts, TheResidualCostsExactlyDelta) {
  const double cases[][3] = {{0.0, 0.0, 0.0}, {0.1, 0.0, 0.0}, {0.0, 0.01, 0.0}, {0.05, 0.02, 0.0}, {0.02, 0.01, 0.1}};
  for (const auto& [with_b, with_other, square] : cases) {
    test::OffCombination off(with_b, with_other, square);
    off.certificate.lower_bound = -1e300;
    off.certificate.W.data[0] = -off.most * (1.0 - 1e-8);
    verify::Claim claim = claim_of(off.certificate);
    const double delta = 0.5 * with_b + 2.5 * with_other;
    EXPECT_GE(verify::shortfall_above(verify::thin_rows(data_of(off.p), claim).rows, claim), delta);
    EXPECT_NEAR(verify::shortfall_above(verify::thin_rows(data_of(off.p), claim).rows, claim), delta, 1e-12);
    EXPECT_TRUE(verify::check(data_of(off.p), claim).valid) << with_b << " " << with_other;
    claim.W.values[0] = -off.most * (1.0 + 1e-8);
    EXPECT_FALSE(verify::check(data_of(off.p), claim).valid) << with_b << " " << with_other;
  }
}

TEST(VerifyCuts, FormsWithoutACombinationProveNothing) {
  for (int seed = 0; seed < 50; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    const OwnedProblem p{test::gaussian(random, 5, 2), test::gaussian(random, 5, 1, 3.0), 0.1};
    for (double size = 1e-6; size < 1e7; size *= 10.0) {
      Certificate c = test::without_combination(p, size);
      c.lower_bound = -1e300;
      EXPECT_FALSE(verify::check(data_of(p), claim_of(c)).valid) << seed << " " << size;
    }
  }
}

TEST(VerifyCuts, ArbitraryFormsInTheGuiseOfCutsProveNothingFalse) {
  int proven = 0;
  for (int seed = 0; seed < 1000; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    const OwnedProblem p{test::gaussian(random, 2 + seed % 3, 1 + seed / 3 % 2),
                         test::gaussian(random, 2 + seed % 3, 1), 0.1};
    Certificate c = test::arbitrary_certificate(random, p);
    c.lower_bound = -1e300;
    const double mu = test::sampled_mu(p.X, c.W, 2000);
    for (double factor = 1.5; factor > 1e-2; factor *= 0.8) {  // W of mu = factor gamma
      Certificate scaled = c;
      for (double& w : scaled.W.data) w *= factor * p.gamma / mu;
      if (!verify::check(data_of(p), claim_of(scaled)).valid) continue;
      ++proven;
      EXPECT_LE(factor, 1.0) << seed;
    }
  }
  EXPECT_GT(proven, 300);
}

/// What `burelu bound --cuts auto` writes on small problems, merged and antiparallel rows among them, and what the
/// outer loop writes where there are too many rows for the interior-point method.
TEST(VerifyCuts, AcceptsSolvesOfBothKinds) {
  for (const auto& [instance, cuts] : {std::pair{test::degenerate(14, 2, 2, 61), kAutomatic},
                                       {test::degenerate(13, 3, 1, 62, 0.02), kAutomatic},
                                       {test::teacher(95, 2, 1, 63), 30}}) {
    SolveOptions options;
    options.tolerance = 1e-2;
    options.threads = 1;
    options.max_evaluations = 1500;
    options.cuts = cuts;
    const Relaxation result = solve(instance.problem(), options);
    ASSERT_GT(result.cuts, 0);
    EXPECT_GT(result.lower_bound, result.bound_without_cuts);
    expect_agreement({instance.X, instance.Y, instance.gamma}, result.certificate, "solve");
  }
}

}  // namespace
}  // namespace burelu
