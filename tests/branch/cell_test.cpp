// The parts of a cell's test against their definitions: parabolas above kinks, sectors that cover all directions, and
// the bound of a cell against samples of h in it.
#include "branch/cell.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "branch/cases.hpp"
#include "branch/estimate.hpp"
#include "branch/search.hpp"

namespace burelu {
namespace {

TEST(Cell, ParabolasLieAboveKinksAndTouchThem) {
  std::mt19937_64 engine(1);
  std::normal_distribution<double> normal;
  for (int k = 0; k < 2000; ++k) {
    const double s = normal(engine);
    const double reach = std::abs(s) * std::exp(normal(engine));
    const double square = reach * reach * std::uniform_real_distribution<double>(0.05, 1.0)(engine);
    const cell::Parabola p = cell::parabola_above(s, reach, square);
    double closest = reach;
    for (int i = -200; i <= 200; ++i) {
      const double tau = reach * i / 200.0;
      const double above = p.a0 + (p.a1 + p.a2 * tau) * tau - std::max(s + tau, 0.0);
      EXPECT_GE(above, -1e-14 * (std::abs(s) + reach));
      closest = std::min(closest, above);
    }
    EXPECT_LE(closest, 0.01 * reach);
    // no farther above at the centre than the chord
    if (std::abs(s) < reach) {
      EXPECT_LE(p.a0, 0.5 * (s + reach) * (1.0 + 1e-12));
    }
  }
  EXPECT_EQ(cell::parabola_above(2.0, 1.0, 0.3).a1, 1.0);
  EXPECT_EQ(cell::parabola_above(-2.0, 1.0, 0.3).a0, 0.0);
  EXPECT_GE(cell::parabola_above(0.0, 1e-200, 0.0).a0, 1e-200);
}

TEST(Cell, SectorsCoverAllDirections) {
  for (int count = 1; count <= cell::kArcs / 4; count *= 2)
    for (int k = 0; k < 1000; ++k) {
      const double angle = 2.0 * std::numbers::pi * (k + 0.25) / 1000.0;
      double best = -1.0;
      for (int first = 0; first < cell::kArcs; first += count) {
        const cell::Sector s = cell::sector(first, count);
        EXPECT_NEAR(std::hypot(s.x, s.y), 1.0, 1e-15);
        best = std::max(best, s.x * std::cos(angle) + s.y * std::sin(angle) - s.cosine);
      }
      EXPECT_GE(best, 0.0) << count << " " << angle;
    }
}

// Boxes of all sizes, with the threshold far below, at, and above what is in them.
TEST(Cell, BoundsAreAboveEverySampleInTheBox) {
  std::mt19937_64 engine(3);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const test::Instance instance = test::branch_case(seed);
    const Matrix W = test::gaussian(instance.X.rows, instance.Y.cols, seed + 5);
    const Kinks kinks = make_kinks(instance.X, presolve(instance.problem()), W);
    CellTest test(kinks);
    const Frame root = root_frame(kinks);
    for (Box box : covering(kinks.dims, kinks.outputs))
      for (int cut = 0; cut < 12; ++cut) {
        double highest = 0.0;
        std::vector<double> y(static_cast<std::size_t>(kinks.dims));
        for (int k = 0; k < 50; ++k) {
          for (std::size_t j = 0; j < y.size(); ++j)
            y[j] = 0.5 * (box.low[j] + box.high[j] + uniform(engine) * (box.high[j] - box.low[j]));
          highest = std::max(highest, height(kinks, y.data()));
        }
        for (const double share : {0.3, 1.0, 1.5}) {
          Frame child;
          const CellVerdict verdict = test.test(box, root, share * highest, child);
          EXPECT_GE(verdict.bound * (1.0 + 1e-12), highest) << seed;
          EXPECT_LE(verdict.value, verdict.bound * (1.0 + 1e-12)) << seed;
        }
        if (kinks.dims == 1) break;
        int axis = cut % static_cast<int>(kinks.dims);
        if (box.low[axis] == box.high[axis]) axis = (axis + 1) % static_cast<int>(kinks.dims);
        const Box upper = halve(box, axis);
        if (uniform(engine) > 0.0) box = upper;
      }
  }
}

TEST(Cell, TheEstimateIsOfTheSizeOfTheTree) {
  const test::Instance instance = test::teacher(20, 4, 2, 11);
  const Kinks kinks =
      make_kinks(instance.X, presolve(instance.problem()), test::gaussian(instance.X.rows, instance.Y.cols, 12));
  SearchLimits limits;
  limits.threshold = 1.02 * search(kinks, limits).upper;
  limits.relative = 0.0;
  const auto cells = static_cast<double>(search(kinks, limits).cells);
  const double estimate = estimated_cells(kinks, limits.threshold, 2000, 1).cells;
  EXPECT_GT(estimate, 0.4 * cells);
  EXPECT_LT(estimate, 2.5 * cells);
  const double work = estimated_cells(kinks, limits.threshold, 2000, 1).work;
  const Estimate early = estimated_cells(kinks, limits.threshold, 2000, 1, 0.1 * work);
  EXPECT_GT(early.work, 0.1 * work);
}

}  // namespace
}  // namespace burelu
