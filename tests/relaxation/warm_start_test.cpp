// Where a solve left off, as numbers and back.
#include "relaxation/warm_start.hpp"

#include <gtest/gtest.h>

#include "support/instances.hpp"

namespace burelu {
namespace {

WarmStart some() {
  WarmStart out;
  out.point = {test::gaussian(5, 3, 1), test::gaussian(2, 3, 2)};
  out.multipliers = {{1, 0, 0.25}, {9, 3, 1e-300}};
  out.sigma = 0.1;
  out.gamma = 1.0 / 3.0;
  return out;
}

TEST(WarmStart, IsTheSameAfterAJournal) {
  const WarmStart before = some();
  const WarmStart after = warm_start_of(numbers_of(before));
  EXPECT_EQ(after.point.Shat.data, before.point.Shat.data);
  EXPECT_EQ(after.point.Ut.data, before.point.Ut.data);
  EXPECT_EQ(after.point.Ut.rows, 2);
  EXPECT_EQ(after.sigma, before.sigma);
  EXPECT_EQ(after.gamma, before.gamma);
  ASSERT_EQ(after.multipliers.size(), 2U);
  EXPECT_EQ(after.multipliers[1].i, 9);
  EXPECT_EQ(after.multipliers[1].j, 3);
  EXPECT_EQ(after.multipliers[1].value, 1e-300);
  EXPECT_TRUE(warm_start_of(numbers_of({})).empty());
}

TEST(WarmStart, OfNumbersThatAreNoneIsEmpty) {
  const std::vector<double> good = numbers_of(some());
  const std::size_t pairs = good.size() - 6;
  for (const auto& [place, value] : {std::pair<std::size_t, double>{0, 1e8},
                                     {0, -1.0},
                                     {1, 2.5},
                                     {2, 1e300},
                                     {3, 0.0},
                                     {4, -1.0},
                                     {pairs, 10.0},
                                     {pairs, 5.0},
                                     {pairs + 1, -1.0},
                                     {pairs + 1, 1.0},
                                     {pairs + 2, -0.5},
                                     {pairs + 3, 1e12}}) {
    std::vector<double> numbers = good;
    numbers[place] = value;
    EXPECT_TRUE(warm_start_of(numbers).empty()) << place << " " << value;
  }
  EXPECT_TRUE(warm_start_of({1.0, 1.0}).empty());
}

}  // namespace
}  // namespace burelu
