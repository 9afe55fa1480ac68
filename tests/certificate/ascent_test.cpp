// Uphill by rounds: it ends, at the top of a concave function, and goes where there is something to be found.
#include "certificate/ascent.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace burelu {
namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();

/// Places that were tried.
int climb(Ascent& ascent, const std::function<double(double)>& f) {
  int tried = 0;
  for (std::vector<double> places = ascent.next(); !places.empty(); places = ascent.next()) {
    std::vector<double> values;
    for (const double place : places) values.push_back(f(place));
    tried += static_cast<int>(places.size());
    ascent.take(values);
  }
  return tried;
}

TEST(Ascent, EndsAtTheTopOfAConcaveFunction) {
  for (const double top : {-30.0, -11.3, -2.4, 0.0, 0.9, 7.7, 22.9, 40.0})
    for (const bool fine : {false, true}) {
      Ascent ascent(-1.0, fine);
      const int tried = climb(ascent, [&](double x) { return -(x - top) * (x - top); });
      ASSERT_TRUE(ascent.found());
      EXPECT_NEAR(ascent.best(), std::clamp(top, -Ascent::kReach, Ascent::kReach), fine ? 0.15 : 0.65) << top;
      EXPECT_LE(tried, std::fabs(top) > 8.0 ? 40 : 24);
      EXPECT_EQ(ascent.value(), -(ascent.best() - top) * (ascent.best() - top));
    }
}

TEST(Ascent, GoesUpWhereThereIsNothingYet) {
  for (const double edge : {-3.0, 4.0, 15.0, 22.5}) {
    Ascent ascent(-7.0, false);
    climb(ascent, [&](double x) { return x < edge ? kNothing : -x; });
    ASSERT_TRUE(ascent.found()) << edge;
    EXPECT_GE(ascent.best(), edge);
  }
}

TEST(Ascent, EndsWhereThereIsNothing) {
  Ascent ascent(3.0, true);
  EXPECT_LE(climb(ascent, [](double) { return kNothing; }), 60);
  EXPECT_FALSE(ascent.found());
}

TEST(Ascent, EndsWhereEverythingIsAlike) {
  Ascent ascent(0.0, true);
  EXPECT_LE(climb(ascent, [](double) { return 1.0; }), 64);
  EXPECT_TRUE(ascent.found());
}

// Lambda improves meanwhile, so that a place may be better than it was before.
TEST(Ascent, EndsWhereValuesAlwaysRise) {
  double value = 0.0;
  Ascent ascent(0.0, true);
  EXPECT_LE(climb(ascent, [&](double) { return value += 1.0; }), 64);
}

}  // namespace
}  // namespace burelu
