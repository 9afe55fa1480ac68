// Starting points, and the same point with another number of columns.
#include "relaxation/start.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/instances.hpp"
#include "support/largest.hpp"
#include "support/naive_relaxation.hpp"

namespace burelu::test {
namespace {

class Start : public ::testing::Test {
 protected:
  Instance instance_ = teacher(15, 3, 2, 5);
  RelaxationData data_ = prepare(presolve(instance_.problem()));
  NaiveRelaxation naive_{data_, 1.0};

  Matrix gram(const Point& point) const {
    const Matrix F = naive_.factor(point);
    Matrix out(F.rows, F.rows);
    for (index_t i = 0; i < F.rows; ++i)
      for (index_t j = 0; j < F.rows; ++j) out(i, j) = NaiveRelaxation::dot(F, i, j);
    return out;
  }
};

TEST_F(Start, RandomPointsAreFeasible) {  // columns are neurons: every product of rows is nonnegative
  const Matrix Z = gram(random_point(data_, 6, 1));
  for (const double value : Z.data) EXPECT_GE(value, -1e-15);
  for (index_t k = 0; k < data_.m; ++k) EXPECT_NEAR(Z(k, data_.m + k), 0.0, 1e-15);
}

TEST_F(Start, BeginsWithMoreColumnsThanASolutionNeeds) {
  EXPECT_GT(starting_rank(1000, 21, 10), 21 + 10);
  EXPECT_GT(starting_rank(75, 4, 3), 4 + 3);
  EXPECT_EQ(starting_rank(200, 200, 2), 20);     // as many features as rows: a solution has few columns
  EXPECT_EQ(starting_rank(1, 1, 1), 2);          // no more than the order of the lifted matrix
  EXPECT_LT(starting_rank(1000, 784, 10), 100);  // the rest as it is needed
}

TEST_F(Start, MoreColumnsKeepThePoint) {
  const Point point = random_point(data_, 4, 1);
  const Point larger = with_rank(data_, point, 9, 2);
  EXPECT_EQ(larger.Ut.cols, 9);
  const Matrix before = gram(point);
  EXPECT_LT(largest_difference(gram(larger), before), 0.02 * largest_size(before.data));
  EXPECT_EQ(numerical_rank(data_, larger, 1e-6), 9);  // the new columns can grow
}

TEST_F(Start, FewerColumnsKeepAPointOfThatRank) {
  const Point point = with_rank(data_, random_point(data_, 3, 1), 3, 1);
  const Point padded = {Matrix(data_.m, 5), Matrix(data_.d, 5)};
  Point wide = padded;
  for (index_t i = 0; i < data_.m; ++i)
    for (index_t l = 0; l < 3; ++l) wide.Shat(i, l) = point.Shat(i, l);
  for (index_t i = 0; i < data_.d; ++i)
    for (index_t l = 0; l < 3; ++l) wide.Ut(i, l) = point.Ut(i, l);
  EXPECT_EQ(numerical_rank(data_, wide, 1e-8), 3);
  EXPECT_LT(largest_difference(gram(with_rank(data_, wide, 3, 1)), gram(wide)), 1e-12);
}

TEST_F(Start, ShakingMovesEveryEntry) {
  const Point point = random_point(data_, 4, 1);
  const Point moved = shaken(point, 0.1, 3);
  for (std::size_t k = 0; k < point.Ut.data.size(); ++k) EXPECT_NE(point.Ut.data[k], moved.Ut.data[k]);
  EXPECT_LT(largest_difference(gram(moved), gram(point)), 0.5 * largest_size(gram(point).data));
}

// Neurons in place of idle columns leave every product nonnegative, so the other columns may stay as they are.
TEST_F(Start, NeuronsTakeTheColumnsFromTheFirstIdleOneOn) {
  const Point point = with_rank(data_, random_point(data_, 3, 1), 8, 2);
  const Point filled = with_neurons(data_, point, 3, 0.3, 4);
  for (index_t i = 0; i < data_.d; ++i)
    for (index_t l = 0; l < 3; ++l) EXPECT_EQ(filled.Ut(i, l), point.Ut(i, l));
  EXPECT_EQ(numerical_rank(data_, point, 1e-2), 3);
  EXPECT_GE(numerical_rank(data_, filled, 1e-2), 6);
  const Matrix before = gram(point);
  const Matrix after = gram(filled);
  EXPECT_LT(largest_difference(after, before), 0.3 * largest_size(before.data));
  for (const double value : after.data) EXPECT_GE(value, -2e-3 * largest_size(before.data));
  EXPECT_EQ(with_neurons(data_, point, 8, 0.3, 4).Ut.data, point.Ut.data);
}

TEST(Components, AreSetsOfLinesThatMultipliersJoin) {
  EXPECT_EQ(components({}, 5), 5);
  EXPECT_EQ(components({{1, 0, 1.0}, {7, 1, 0.5}, {4, 3, 0.0}, {9, 4, 1.0}, {8, 4, 2.0}}, 5), 2);  // 0-1-2, 3-4
}

}  // namespace
}  // namespace burelu::test
