// Dual points of two gammas as one for a third: above the chord, proven, and put where they are the best.
#include "driver/path_bounds.hpp"

#include <gtest/gtest.h>

#include "burelu/solve.hpp"
#include "certificate/proof.hpp"
#include "driver/continuation.hpp"
#include "problem/gap.hpp"
#include "seam/control.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

class PathMixture : public ::testing::Test {
 protected:
  static constexpr double kLarge = 2.0, kMiddle = 0.7, kSmall = 0.25;

  Instance instance_ = teacher(30, 3, 2, 5);
  Certificate large_ = certificate(kLarge, BoundMethod::relaxation);
  Certificate small_ = certificate(kSmall, BoundMethod::relaxation);

  Problem at(double gamma) const {
    Problem problem = instance_.problem();
    problem.gamma = gamma;
    return problem;
  }

  Certificate certificate(double gamma, BoundMethod bound) const {
    SolveOptions options;
    options.bound = bound;
    options.threads = 1;
    options.tolerance = 1e-2;
    return solve(at(gamma), options).certificate;
  }

  static double chord(const Certificate& a, const Certificate& b, double gamma) {
    const double share = (gamma - b.gamma) / (a.gamma - b.gamma);
    return share * a.lower_bound + (1.0 - share) * b.lower_bound;
  }
};

TEST_F(PathMixture, IsProvenAboveTheChordAndAboveEachPointAlone) {
  const Problem problem = at(kMiddle);
  const Mixture mixture = best_mixture(problem, large_, small_);
  EXPECT_GT(mixture.share, 0.0);
  EXPECT_LT(mixture.share, 1.0);
  EXPECT_GT(mixture.value, chord(large_, small_, kMiddle));
  EXPECT_GT(mixture.value, rescaled_value(problem, large_));
  EXPECT_GT(mixture.value, rescaled_value(problem, small_));
  const Certificate proof = proven_mixture(problem, large_, small_, mixture.share);
  ASSERT_FALSE(proof.empty());
  EXPECT_NEAR(proof.lower_bound, mixture.value, 1e-7 * mixture.value);
  EXPECT_EQ(proven_bound(problem, proof), proof.lower_bound);
  EXPECT_LE(proof.lower_bound, 1.01 * certificate(kMiddle, BoundMethod::automatic).lower_bound);
}

TEST_F(PathMixture, IsTheEndWhereOneOfThemIsAllThatHelps) {
  EXPECT_NEAR(best_mixture(at(kLarge), large_, large_).value, large_.lower_bound, 1e-6 * large_.lower_bound);
  EXPECT_GE(best_mixture(at(kLarge), large_, small_).value, large_.lower_bound * (1.0 - 1e-9));
}

TEST_F(PathMixture, ThereIsNoneOfPointsThatDoNotFit) {
  const Problem problem = at(kMiddle);
  Certificate other = small_;
  other.branched = true;
  EXPECT_EQ(best_mixture(problem, large_, other).value, -kInfinity);
  EXPECT_TRUE(proven_mixture(problem, large_, other, 0.5).empty());
  other = small_;
  other.dominant = 0;
  EXPECT_EQ(best_mixture(problem, large_, other).value, -kInfinity);
  other = small_;
  other.ratio.front() *= 2.0;
  EXPECT_EQ(best_mixture(problem, large_, other).value, -kInfinity);
  EXPECT_EQ(best_mixture(problem, large_, {}).value, -kInfinity);
}

// The middle one has nothing but a poor bound; the others keep theirs.
TEST_F(PathMixture, RaisesABoundBelowTheChord) {
  std::vector<PathPoint> points(3);
  points[0].certificate = large_;
  points[1].certificate = proven_rescaled(at(kMiddle), large_);
  points[2].certificate = small_;
  for (PathPoint& point : points) {
    point.gamma = point.certificate.gamma;
    point.lower_bound = point.certificate.lower_bound;
    point.objective = 2.0 * point.lower_bound;
  }
  share_bounds(instance_.problem(), points);
  EXPECT_GE(points[1].lower_bound, chord(large_, small_, kMiddle));
  EXPECT_TRUE(points[1].rescaled);
  EXPECT_EQ(proven_bound(at(kMiddle), points[1].certificate), points[1].lower_bound);
  EXPECT_EQ(points[1].relative_gap, relative_gap(points[1].objective, points[1].lower_bound));
  EXPECT_GE(points[0].lower_bound, large_.lower_bound);
  EXPECT_GE(points[2].lower_bound, small_.lower_bound);
}

}  // namespace
}  // namespace burelu::test
