// Multipliers over rows of F and over forms: there and back.
#include "cuts/cut_numbering.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace burelu::test {
namespace {

/// Three rows, so base 6; cuts 5, 0 and 2 of the certifier stand in rows 6, 7, 8.
class CutNumbering : public ::testing::Test {
 protected:
  CutNumbering() {
    data_.m = 3;
    data_.cuts.scale = {2.0, 0.5, 4.0};
  }
  RelaxationData data_;
  std::vector<std::int32_t> active_ = {5, 0, 2};
};

void expect_equal(const std::vector<Multiplier>& a, const std::vector<Multiplier>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(a[k].i, b[k].i) << k;
    EXPECT_EQ(a[k].j, b[k].j) << k;
    EXPECT_DOUBLE_EQ(a[k].value, b[k].value) << k;
  }
}

// The product of rows s1 c1 and s2 c2 with multiplier T is the product of c1 and c2 with multiplier s1 s2 T.
TEST_F(CutNumbering, OverFormsTakesTheScalesAndOrders) {
  expect_equal(over_forms({{4, 1, 1.0}, {6, 3, 1.0}, {7, 6, 1.0}, {8, 8, 1.0}}, data_, active_),
               {{4, 1, 1.0}, {11, 3, 2.0}, {11, 6, 1.0}, {8, 8, 16.0}});
}

TEST_F(CutNumbering, OverRowsIsTheWayBack) {
  const std::vector<Multiplier> rows = {{4, 1, 1.5}, {6, 3, 0.25}, {7, 6, 3.0}, {8, 6, 1.0}, {8, 7, 2.0}, {8, 8, 1.0}};
  expect_equal(over_rows(over_forms(rows, data_, active_), data_, active_, 6), rows);
}

TEST_F(CutNumbering, CutsWithoutARowAreLeftOut) {
  const std::vector<Multiplier> forms = {{7, 2, 1.0}, {11, 2, 1.0}, {11, 7, 1.0}, {9, 9, 1.0}, {3, 2, 1.0}};
  expect_equal(over_rows(forms, data_, active_, 6), {{6, 2, 0.5}, {3, 2, 1.0}});
}

TEST_F(CutNumbering, WithoutCutsNothingChanges) {
  data_.cuts.scale.clear();
  const std::vector<Multiplier> pairs = {{4, 1, 1.0}, {5, 5, 2.0}};
  expect_equal(over_forms(pairs, data_, {}), pairs);
  expect_equal(over_rows(pairs, data_, {}, 0), pairs);
  expect_equal(over_rows({{6, 1, 1.0}}, data_, {}, 1), {});
}

}  // namespace
}  // namespace burelu::test
