// Classes to columns and back.
#include "model/outputs.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace burelu {
namespace {

Matrix values(index_t cols, const std::vector<double>& data) {
  Matrix matrix(static_cast<index_t>(data.size()) / cols, cols);
  matrix.data = data;
  return matrix;
}

TEST(Outputs, CodingsHaveTheirColumns) {
  EXPECT_EQ(class_targets({1, 0, 2}, {true, {"a", "b", "c"}, "", false, false}).data,
            (std::vector<double>{0, 1, 0, 1, 0, 0, 0, 0, 1}));
  EXPECT_EQ(class_targets({1, 0}, {true, {"a", "b"}, "", true, false}).data, (std::vector<double>{-1, 1, 1, -1}));
  EXPECT_EQ(class_targets({1, 0}, {true, {"a", "b"}, "", true, true}).data, (std::vector<double>{1, -1}));
  EXPECT_EQ(class_targets({1, 0}, {true, {"a", "b"}, "", false, true}).data, (std::vector<double>{1, 0}));
}

TEST(Outputs, PredictionIsTheNearestCoding) {
  const Outputs two = {true, {"a", "b"}, ""};
  EXPECT_EQ(predicted_class(values(2, {3, 3}), 0, two), 0);  // the first of equals
  EXPECT_EQ(predicted_class(values(2, {-3, -2}), 0, two), 1);
  const Outputs single = {true, {"a", "b"}, "", false, true};
  EXPECT_EQ(predicted_class(values(1, {0.4}), 0, single), 0);
  EXPECT_EQ(predicted_class(values(1, {0.6}), 0, single), 1);
  const Outputs signs = {true, {"a", "b"}, "", true, true};
  EXPECT_EQ(predicted_class(values(1, {-0.1}), 0, signs), 0);
  EXPECT_EQ(predicted_class(values(1, {0.1}), 0, signs), 1);
}

TEST(Outputs, AccuracyAndCounts) {
  EXPECT_DOUBLE_EQ(accuracy(values(2, {1, 2, 3, 3, 5, 4}), {1, 0, 1}, {true, {"a", "b"}, ""}), 2.0 / 3.0);
  EXPECT_TRUE(std::isnan(accuracy(values(1, {1}), {}, {false, {"y0"}, ""})));
  EXPECT_EQ(class_counts({2, 0, 2}, 3), (std::vector<index_t>{1, 0, 2}));
}

}  // namespace
}  // namespace burelu
