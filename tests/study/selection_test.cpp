// Choosing an iterate: by the rows it is scored on, and by rows that it was not trained on.
#include "study/selection.hpp"

#include <gtest/gtest.h>

#include "support/instances.hpp"

namespace burelu::study {
namespace {

// f(x) = (s x_+, t (-x)_+): with s = t = 1 the class is the sign of x.
Network signs(double s, double t) {
  Network network{Matrix(1, 2), Matrix(2, 2)};
  network.U.data = {1.0, -1.0};
  network.V.data = {s, 0.0, 0.0, t};
  return network;
}

LabelledRows line() {
  LabelledRows rows{Matrix(4, 1), Matrix(4, 2), {0, 1, 0, 1}};
  rows.X.data = {0.9, -0.8, 0.7, -0.6};
  rows.Y.data = {1, 0, 0, 1, 1, 0, 0, 1};
  return rows;
}

TEST(ThresholdSelection, KeepsTheFirstOfTheBest) {
  const LabelledRows rows = line();
  ThresholdSelection selection(rows);
  EXPECT_TRUE(selection.consider(1, signs(1.0, 0.0)));
  EXPECT_TRUE(selection.consider(2, signs(1.0, 1.0)));
  EXPECT_FALSE(selection.consider(3, signs(1.0, 1.0)));
  EXPECT_EQ(selection.iterate(), 2);
  EXPECT_EQ(selection.network().V.data, signs(1.0, 1.0).V.data);
  EXPECT_EQ(selection.threshold(), 0.0);
}

TEST(ValidationCurve, PrefersAccuracyThenLossThenTheEarliest) {
  const LabelledRows rows = line();
  ValidationCurve curve;
  curve.add(10, signs(-1.0, -1.0), rows);
  curve.add(20, signs(0.5, 0.5), rows);
  curve.add(30, signs(1.0, 1.0), rows);
  curve.add(40, signs(1.0, 1.0), rows);
  const ValidationCurve::Best best = curve.best(1);
  EXPECT_EQ(best.iterate, 30);
  EXPECT_EQ(best.right, 4);
  EXPECT_NEAR(best.loss, 0.5 * (0.01 + 0.04 + 0.09 + 0.16), 1e-12);
}

TEST(ValidationCurve, LeavesOutIteratesThatAPartDidNotReach) {
  const LabelledRows rows = line();
  ValidationCurve curve;
  curve.add(10, signs(1.0, 0.0), rows);
  curve.add(10, signs(1.0, 0.0), rows);
  curve.add(20, signs(1.0, 1.0), rows);
  EXPECT_EQ(curve.best(2).iterate, 10);
  EXPECT_EQ(curve.best(3).right, -1);
}

}  // namespace
}  // namespace burelu::study
