// Paths: grids, folds, both rules on constructed scores; bounds of a path against those of single solves; going on.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "branch/global.hpp"
#include "burelu/errors.hpp"
#include "burelu/path.hpp"
#include "burelu/solve.hpp"
#include "certificate/proof.hpp"
#include "driver/continuation.hpp"
#include "driver/devices.hpp"
#include "driver/dominant.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

std::vector<HeldOut> scores(const std::vector<double>& means, double error) {
  std::vector<HeldOut> out;
  for (const double mean : means) out.push_back({mean, error});
  return out;
}

// Gammas fall along a path: the larger gamma, the more regular network, has the smaller index.
TEST(PathRules, OneStandardErrorTakesTheLargerGamma) {
  EXPECT_EQ(best_score(scores({0.5, 0.8, 0.9, 0.95, 0.93}, 0.1), true), 3);
  EXPECT_EQ(one_standard_error_score(scores({0.5, 0.8, 0.9, 0.95, 0.93}, 0.1), true), 2);
  EXPECT_EQ(one_standard_error_score(scores({0.5, 0.86, 0.9, 0.95, 0.93}, 0.1), true), 1);
  EXPECT_EQ(one_standard_error_score(scores({0.5, 0.8, 0.9, 0.95, 0.93}, 0.0), true), 3);
  EXPECT_EQ(best_score(scores({5.0, 2.0, 1.2, 1.0, 1.1, 3.0}, 0.3), false), 3);
  EXPECT_EQ(one_standard_error_score(scores({5.0, 2.0, 1.2, 1.0, 1.1, 3.0}, 0.3), false), 2);
  EXPECT_EQ(one_standard_error_score(scores({5.0, 1.25, 1.2, 1.0, 1.1, 3.0}, 0.3), false), 1);
}

TEST(PathRules, OfEqualsTheLargestGammaAndNaNIsNone) {
  EXPECT_EQ(best_score(scores({0.5, 0.9, 0.9}, 0.0), true), 1);
  EXPECT_EQ(best_score(scores({NAN, 0.4, 0.9}, 0.0), true), 2);
  EXPECT_EQ(best_score({}, true), -1);
  EXPECT_EQ(one_standard_error_score(scores({NAN}, 0.0), true), -1);
}

TEST(PathGrid, IsLogarithmicWithBothEnds) {
  const std::vector<double> grid = gamma_grid(100.0, 4, 1e-3);
  ASSERT_EQ(grid.size(), 4U);
  EXPECT_DOUBLE_EQ(grid[0], 100.0);
  EXPECT_NEAR(grid[1], 10.0, 1e-12);
  EXPECT_NEAR(grid[3], 0.1, 1e-14);
}

TEST(PathFolds, SpreadEachClassAndAreTheSameForASeed) {
  std::vector<index_t> labels(53, 0);
  for (std::size_t i = 0; i < 20; ++i) labels[2 * i] = 1;
  const std::vector<std::int32_t> folds = draw_folds(53, labels, 5, 7);
  EXPECT_EQ(folds, draw_folds(53, labels, 5, 7));
  EXPECT_NE(folds, draw_folds(53, labels, 5, 8));
  std::map<std::pair<index_t, int>, int> counts;
  std::map<int, int> sizes;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    ++counts[{labels[i], folds[i]}];
    ++sizes[folds[i]];
  }
  for (const auto& [key, count] : counts) EXPECT_NEAR(count, key.first == 1 ? 4 : 6.6, 0.7);
  for (const auto& [fold, size] : sizes) EXPECT_NEAR(size, 10.6, 0.7);
}

TEST(PathFolds, RefuseWhatCannotBe) {
  EXPECT_THROW(draw_folds(10, {}, 11, 0), DataError);
  EXPECT_THROW(draw_folds(10, {}, 1, 0), DataError);
  EXPECT_THROW(draw_folds(4, {0, 0, 0, 1}, 2, 0), DataError);
  EXPECT_THROW(draw_folds(4, {0, 0, 0, 0}, 2, 0), DataError);
}

PathOptions small_options(BoundMethod bound) {
  PathOptions out;
  out.train.solve.bound = bound;
  out.train.solve.threads = 1;
  out.count = 6;
  out.ratio = 0.02;
  return out;
}

class PathBounds : public ::testing::TestWithParam<BoundMethod> {};

TEST_P(PathBounds, AreThoseOfSingleSolvesAndBelowTheNetworks) {
  const Instance instance = teacher(30, 3, 2, 5);
  const PathOptions options = small_options(GetParam());
  const Path found = path(instance.problem(), options);
  ASSERT_EQ(found.points.size(), 6U);
  EXPECT_EQ(found.status, Status::solved);
  EXPECT_EQ(found.chosen, -1);
  std::int64_t warm = 0;
  std::int64_t cold = 0;
  for (const PathPoint& point : found.points) {
    Problem problem = instance.problem();
    problem.gamma = point.gamma;
    EXPECT_LE(point.lower_bound, point.objective);
    EXPECT_NEAR(point.objective, objective(problem, point.network), 1e-9 * point.objective);
    const auto proven = point.certificate.branched ? branched_bound(problem, point.certificate)
                                                   : proven_bound(problem, point.certificate);
    ASSERT_TRUE(proven.has_value()) << point.gamma;
    EXPECT_GE(*proven, point.lower_bound * (1.0 - 1e-12)) << point.gamma;
    const Relaxation alone = solve(problem, options.train.solve);
    EXPECT_GE(point.lower_bound, alone.lower_bound * (1.0 - options.train.solve.tolerance)) << point.gamma;
    warm += point.evaluations;
    cold += alone.evaluations;
  }
  EXPECT_LE(warm, cold);
  EXPECT_EQ(found.points.front().network.width(), 0);
}

INSTANTIATE_TEST_SUITE_P(Methods, PathBounds, ::testing::Values(BoundMethod::relaxation, BoundMethod::automatic));

TEST(PathRescaling, ADualPointServesEveryGamma) {
  const Instance instance = teacher(30, 3, 2, 5, 0.5);
  for (const BoundMethod bound : {BoundMethod::relaxation, BoundMethod::automatic}) {
    SolveOptions options;
    options.bound = bound;
    options.threads = 1;
    const Relaxation result = solve(instance.problem(), options);
    for (const double times : {0.1, 0.7, 1.0, 1.5, 20.0}) {
      Problem problem = instance.problem();
      problem.gamma = 0.5 * times;
      const Certificate other = proven_rescaled(problem, result.certificate);
      ASSERT_FALSE(other.empty()) << times;
      EXPECT_NEAR(other.lower_bound, rescaled_value(problem, result.certificate), 1e-9 * other.lower_bound);
      const auto proven = other.branched ? branched_bound(problem, other) : proven_bound(problem, other);
      ASSERT_TRUE(proven.has_value()) << times;
      EXPECT_GE(*proven, other.lower_bound * (1.0 - 1e-12));
      EXPECT_LE(other.lower_bound, solve(problem, options).lower_bound * (1.0 + 1e-2)) << times;
    }
  }
}

// A class that depends on the sign of one feature, with labels flipped at random: too small a gamma fits the noise.
Instance noisy(std::vector<index_t>& labels) {
  Instance out{gaussian(80, 3, 3), Matrix(80, 2), 0.1};
  const Matrix noise = gaussian(80, 1, 4);
  for (index_t i = 0; i < 80; ++i) {
    const bool first = (out.X(i, 0) > 0.0) != (noise(i, 0) > 1.2);
    labels.push_back(first ? 0 : 1);
    out.Y(i, first ? 0 : 1) = 1.0;
  }
  return out;
}

TEST(PathChoice, ChoosesByHeldOutRowsAndGoesOn) {
  std::vector<index_t> labels;
  const Instance instance = noisy(labels);
  PathOptions options = small_options(BoundMethod::automatic);
  options.folds = 3;
  options.labels = labels;
  options.count = 5;
  options.jobs = 2;
  std::map<std::pair<int, int>, PathPiece> pieces;
  options.finished = [&](const PathPiece& piece) { pieces[{piece.fold, piece.index}] = piece; };
  int last = 0;
  options.progress = [&](const PathProgress& seen) {
    EXPECT_EQ(seen.done, ++last);
    EXPECT_EQ(seen.total, 20);
    return true;
  };
  const Path found = path(instance.problem(), options);
  EXPECT_EQ(last, 20);
  ASSERT_EQ(pieces.size(), 20U);
  ASSERT_GE(found.chosen, 0);
  EXPECT_EQ(found.chosen, found.best);
  EXPECT_LE(found.one_standard_error, found.best);
  for (const PathPoint& point : found.points) {
    ASSERT_EQ(point.folds.size(), 3U);
    EXPECT_GE(point.accuracy.mean, 0.0);
    EXPECT_LE(point.accuracy.mean, 1.0);
  }
  EXPECT_GE(found.points[static_cast<std::size_t>(found.best)].accuracy.mean, 0.75);

  // some of it known: what is left is done, the rest is not done again
  for (const auto& key : {std::pair{-1, 4}, std::pair{1, 3}, std::pair{1, 4}}) pieces.erase(key);
  const auto kept = pieces;
  int again = 0;
  last = 0;
  options.known = [&](int fold, int index) {
    const auto piece = kept.find({fold, index});
    return piece == kept.end() ? nullptr : &piece->second;
  };
  options.finished = [&](const PathPiece&) { ++again; };
  const Path second = path(instance.problem(), options);
  EXPECT_EQ(again, 3);
  ASSERT_EQ(second.points.size(), found.points.size());
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(second.points[k].squared_error.mean, found.points[k].squared_error.mean) << k;
    EXPECT_GE(second.points[k].lower_bound, found.points[k].lower_bound * (1.0 - 1e-9)) << k;
  }
}

// Whatever was known, what is left comes out the same to the last bit.
TEST(PathChoice, GoesOnAsIfItHadNotStopped) {
  const Instance instance = teacher(30, 3, 2, 5);
  PathOptions options = small_options(BoundMethod::relaxation);
  std::vector<PathPiece> pieces;
  options.finished = [&](const PathPiece& piece) { pieces.push_back(piece); };
  const Path whole = path(instance.problem(), options);
  options.finished = {};
  for (const int known : {1, 3, 5}) {
    options.known = [&](int, int index) { return index < known ? &pieces[static_cast<std::size_t>(index)] : nullptr; };
    const Path rest = path(instance.problem(), options);
    ASSERT_EQ(rest.points.size(), whole.points.size());
    for (std::size_t k = 0; k < whole.points.size(); ++k) {
      EXPECT_EQ(rest.points[k].lower_bound, whole.points[k].lower_bound) << known << " " << k;
      EXPECT_EQ(rest.points[k].objective, whole.points[k].objective) << known << " " << k;
      EXPECT_EQ(rest.points[k].evaluations, whole.points[k].evaluations) << known << " " << k;
    }
  }
}

// Bounds near the networks, as those of single solves (driver/dominant_test.cpp), and one of another gamma as well.
TEST(PathDominance, AFeatureLargerThanAllOthersLeavesBounds) {
  Instance instance{gaussian(24, 3, 7), Matrix(24, 1), 0.1};
  for (index_t i = 0; i < 24; ++i) {
    instance.X(i, 0) = 1.7e9 * (1.0 + 2e-6 * static_cast<double>(i));
    instance.Y(i, 0) = 1.0 + std::sin(2.0 * instance.X(i, 1));
  }
  PathOptions options = small_options(BoundMethod::relaxation);
  options.gammas = {0.4, 0.2, 0.1};
  const Path found = path(instance.problem(), options);
  ASSERT_EQ(found.points.size(), 3U);
  for (const PathPoint& point : found.points) {
    Problem problem = instance.problem();
    problem.gamma = point.gamma;
    EXPECT_GT(point.lower_bound, 0.4 * point.objective) << point.gamma;
    EXPECT_LE(point.lower_bound, point.objective) << point.gamma;
    EXPECT_EQ(point.certificate.dominant, 0) << point.gamma;
    const auto proven = certified_bound(problem, point.certificate);
    ASSERT_TRUE(proven) << point.gamma;
    EXPECT_GE(*proven, point.lower_bound * (1.0 - 1e-12)) << point.gamma;
  }
  const Certificate scaled = proven_rescaled(Problem{instance.X, instance.Y, 0.15}, found.points[1].certificate);
  ASSERT_FALSE(scaled.empty());
  EXPECT_GT(scaled.lower_bound, 0.0);
}

TEST(PathChoice, StopsWhereAsked) {
  const Instance instance = teacher(30, 3, 2, 5);
  PathOptions options = small_options(BoundMethod::automatic);
  options.progress = [](const PathProgress& seen) { return seen.done < 3; };
  const Path found = path(instance.problem(), options);
  EXPECT_EQ(found.status, Status::interrupted);
  EXPECT_EQ(found.points.size(), 3U);
}

TEST(PathOptionsCheck, RefusesWhatCannotBe) {
  const Instance instance = teacher(12, 2, 1, 5);
  const auto refused = [&](auto change) {
    PathOptions options = small_options(BoundMethod::automatic);
    change(options);
    EXPECT_THROW(path(instance.problem(), options), DataError);
  };
  refused([](PathOptions& o) { o.gammas = {1.0, 0.0}; });
  refused([](PathOptions& o) { o.gammas = {1.0, -1.0}; });
  refused([](PathOptions& o) { o.count = 0; });
  refused([](PathOptions& o) { o.ratio = 1.0; });
  refused([](PathOptions& o) { o.folds = 13; });
  refused([](PathOptions& o) { o.folds = 1; });
  refused([](PathOptions& o) { o.jobs = 0; });
  Instance same = instance;
  for (double& y : same.Y.data) y = 2.0;
  PathOptions options = small_options(BoundMethod::automatic);
  options.folds = 3;
  EXPECT_THROW(path(same.problem(), options), DataError);
}

TEST(PathOptionsCheck, SortsTheGammasGiven) {
  const Instance instance = teacher(12, 2, 1, 5);
  PathOptions options = small_options(BoundMethod::automatic);
  options.gammas = {0.1, 1.0, 0.3, 1.0};
  const Path found = path(instance.problem(), options);
  ASSERT_EQ(found.points.size(), 3U);
  EXPECT_EQ(found.points[0].gamma, 1.0);
  EXPECT_EQ(found.points[2].gamma, 0.1);
}

}  // namespace
}  // namespace burelu::test
