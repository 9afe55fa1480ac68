// Limits of time and wishes, alone and with a second of grace.
#include "linalg/stop.hpp"

#include <gtest/gtest.h>

namespace burelu {
namespace {

TEST(Stop, NobodyStopsWithoutALimitOrAWish) {
  const Stop stop(0.0, {});
  EXPECT_FALSE(stop.due());
  EXPECT_FALSE(stop.wished());
  EXPECT_FALSE(due(nullptr));
}

TEST(Stop, ALimitPassesAndGraceComesAfterIt) {
  const Stop stop(1e-9, {});
  while (!stop.due()) {
  }
  EXPECT_FALSE(stop.wished());
  EXPECT_FALSE(stop.due(3600.0));
}

TEST(Stop, AWishIsNeverForgotten) {
  bool wish = false;
  const Stop stop(3600.0, [&] { return wish; });
  EXPECT_FALSE(stop.due());
  wish = true;
  EXPECT_TRUE(stop.due());
  EXPECT_FALSE(stop.due(3600.0));
  wish = false;
  EXPECT_TRUE(stop.due());
  EXPECT_TRUE(stop.wished());
}

}  // namespace
}  // namespace burelu
