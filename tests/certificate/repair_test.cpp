// The repair where numbers are at their limits: it must end, and whatever it proposes must still be provable or be
// left.
#include "certificate/repair.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "certificate/proof.hpp"
#include "support/certificate_cases.hpp"

namespace burelu {
namespace {

using test::OwnedProblem;
using test::Random;
using test::RandomDual;

// Lambda, the warm start of best_dual, improves from trial to trial: a share may beat what the same share gave
// before, and a climb between two shares that take turns had no end. Tiny gamma puts the best share at the end of its
// range.
TEST(CertificateRepair, ClimbsEndWhereGammaIsTiny) {
  constexpr int kFactorisations = 400;  // of one proposal: some 70, and twice that where all climbs are long
  for (const double gamma : {1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 1e-30, 1e-60}) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      SCOPED_TRACE(std::to_string(gamma) + ", seed " + std::to_string(seed));
      OwnedProblem p = test::planted_problem(seed, 8, 3, 3);
      p.gamma = gamma;
      const Problem view = p.view();
      const Presolved reduced = presolve(view);
      Random random(seed + 50);
      Certifier certifier(view, reduced);
      for (const double size : {0.0, 1e-3, 1.0, 1e3}) {
        const RandomDual dual(random, reduced, size);
        const Proposal proposal = certifier.propose(dual.point());
        EXPECT_GT(proposal.trials, 0);
        EXPECT_LE(proposal.trials, kFactorisations);
        EXPECT_TRUE(std::isfinite(proposal.bound));
        const auto certificate = certifier.prove(proposal);
        // Below some 1e-9 of the data gamma is less than the rounding that a proof allows for.
        EXPECT_TRUE(certificate.has_value() || gamma < 1e-6);
        if (!certificate) continue;
        EXPECT_GE(certificate->lower_bound, 0.0);  // W = 0 gives that much
        EXPECT_LE(certificate->lower_bound, test::descended_network(random, p, 4, 20));
        EXPECT_EQ(proven_bound(view, *certificate), certificate->lower_bound);
      }
    }
  }
}

/// `value` in every place of a dual point in turn. In W, which is a first guess, it costs nothing; in T there may be
/// no bound, but none that is false.
void expect_sane(const OwnedProblem& p, double value) {
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  Random other(8);
  const double network = test::descended_network(other, p, 4, 200);
  for (int place = 0; place < 4; ++place) {
    Random random(7);
    RandomDual dual(random, reduced, 0.5);
    if (place == 0) dual.pairs[dual.pairs.size() / 2].value = std::abs(value);
    if (place == 1) dual.tau[1] = value;
    if (place == 2) dual.W.data[1] = value;
    if (place == 3) std::fill(dual.W.data.begin(), dual.W.data.end(), value);
    Certifier certifier(view, reduced);
    for (int call = 0; call < 2; ++call) {  // the second call meets what the first one remembers
      const auto certificate = certifier.prove(certifier.propose(dual.point()));
      EXPECT_TRUE(certificate.has_value() || place < 2) << value << " in place " << place;
      if (!certificate) continue;
      if (place >= 2) {
        EXPECT_GT(certificate->lower_bound, 0.0) << value << " in place " << place;
      }
      EXPECT_LE(certificate->lower_bound, network) << value << " in place " << place;
      EXPECT_EQ(proven_bound(view, *certificate), certificate->lower_bound) << place;
    }
  }
}

constexpr double kLimits[] = {1e150,
                              -1e150,
                              1e300,
                              -1e300,
                              std::numeric_limits<double>::max(),
                              std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()};

TEST(CertificateRepair, NumbersAtTheLimits) {
  for (const double value : kLimits) expect_sane(test::planted_problem(5, 10, 3, 2), value);
}

TEST(CertificateRepair, NumbersAtTheLimitsInAKrylovBasis) {  // more than 150 loss rows
  for (const double value : {1e160, 1e300, std::numeric_limits<double>::infinity()}) {
    Random random(3);
    expect_sane({test::gaussian(random, 160, 2), test::gaussian(random, 160, 1), 0.1}, value);
  }
}

TEST(CertificateRepair, AGoodPointAfterABadOneGivesABound) {
  const OwnedProblem p = test::planted_problem(5, 10, 3, 2);
  const Problem view = p.view();
  const Presolved reduced = presolve(view);
  for (const double value : {1e300, std::numeric_limits<double>::infinity()}) {
    Random random(9);
    RandomDual bad(random, reduced, 0.5);
    bad.tau[0] = value;
    const RandomDual good(random, reduced, 0.3);
    Certifier certifier(view, reduced);
    certifier.prove(certifier.propose(bad.point()));
    EXPECT_TRUE(certifier.prove(certifier.propose(good.point())).has_value()) << value;
  }
}

}  // namespace
}  // namespace burelu
