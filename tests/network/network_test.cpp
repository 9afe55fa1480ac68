// Networks against their definitions, written out as loops.
#include "burelu/network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "burelu/errors.hpp"

namespace burelu {
namespace {

Matrix random_matrix(index_t rows, index_t cols, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  Matrix matrix(rows, cols);
  for (double& value : matrix.data) value = uniform(engine);
  return matrix;
}

Matrix naive_predict(const MatrixView& X, const Network& network) {
  Matrix outputs(X.rows, network.V.rows);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < network.width(); ++j) {
      double activation = 0.0;
      for (index_t f = 0; f < X.cols; ++f) activation += X(i, f) * network.U(f, j);
      for (index_t k = 0; k < outputs.cols; ++k) outputs(i, k) += std::max(activation, 0.0) * network.V(k, j);
    }
  return outputs;
}

double naive_objective(const Problem& problem, const Network& network) {
  const Matrix outputs = naive_predict(problem.X, network);
  double sum = 0.0;
  for (index_t i = 0; i < outputs.rows; ++i)
    for (index_t k = 0; k < outputs.cols; ++k) sum += std::pow(outputs(i, k) - problem.Y(i, k), 2);
  for (const Matrix* weights : {&network.U, &network.V})
    for (const double value : weights->data) sum += problem.gamma * value * value;
  return 0.5 * sum;
}

void expect_close(const Matrix& a, const Matrix& b, double tolerance) {
  ASSERT_EQ(a.rows, b.rows);
  ASSERT_EQ(a.cols, b.cols);
  for (std::size_t k = 0; k < a.data.size(); ++k) ASSERT_NEAR(a.data[k], b.data[k], tolerance) << k;
}

TEST(Network, PredictionIsTheDefinitionAtBlockBorders) {
  for (const index_t n : {1, 2, 511, 512, 513, 1025}) {
    const Matrix X = random_matrix(n, 3, 1);
    const Network network{random_matrix(3, 7, 2), random_matrix(2, 7, 3)};
    expect_close(predict(X, network), naive_predict(X, network), 1e-14);
  }
}

TEST(Network, ColumnMajorAndStridedViewsAreTheSameData) {
  const Matrix X = random_matrix(5, 4, 4);
  Matrix transposed(4, 5);
  std::vector<double> spread(5 * 4 * 6, 99.0);
  for (index_t i = 0; i < 5; ++i)
    for (index_t j = 0; j < 4; ++j) {
      transposed(j, i) = X(i, j);
      spread[static_cast<std::size_t>(i * 24 + j * 3)] = X(i, j);
    }
  const Network network{random_matrix(4, 3, 5), random_matrix(2, 3, 6)};
  const Matrix expected = predict(X, network);
  EXPECT_EQ(predict(MatrixView::col_major(transposed.data.data(), 5, 4), network).data, expected.data);
  EXPECT_EQ(predict(MatrixView(spread.data(), 5, 4, 24, 3), network).data, expected.data);
}

TEST(Network, ObjectiveIsTheDefinition) {
  const Matrix X = random_matrix(20, 3, 7);
  const Matrix Y = random_matrix(20, 2, 8);
  const Network network{random_matrix(3, 6, 9), random_matrix(2, 6, 10)};
  const Problem problem{X, Y, 0.3};
  EXPECT_NEAR(objective(problem, network), naive_objective(problem, network), 1e-13);
}

TEST(Network, WithoutNeuronsItPredictsZero) {
  const Matrix X = random_matrix(4, 2, 11);
  const Matrix Y = random_matrix(4, 3, 12);
  const Network network{Matrix(2, 0), Matrix(3, 0)};
  expect_close(predict(X, network), Matrix(4, 3), 0.0);
  EXPECT_NEAR(objective({X, Y, 0.1}, network), naive_objective({X, Y, 0.1}, network), 1e-14);
}

TEST(Network, BalancingKeepsTheFunctionAndLowersTheObjective) {
  const Matrix X = random_matrix(30, 3, 13);
  const Matrix Y = random_matrix(30, 2, 14);
  Network network{random_matrix(3, 5, 15), random_matrix(2, 5, 16)};
  for (index_t i = 0; i < 3; ++i) network.U(i, 1) *= 1e6;
  for (index_t i = 0; i < 3; ++i) network.U(i, 2) = 0.0;
  for (index_t i = 0; i < 2; ++i) network.V(i, 4) = 0.0;
  const Network better = balanced(network);
  EXPECT_EQ(better.width(), 3);
  const Matrix before = predict(X, network);
  const Matrix after = predict(X, better);
  for (std::size_t k = 0; k < before.data.size(); ++k)
    EXPECT_NEAR(after.data[k], before.data[k], 1e-9);  // outputs reach 1e6
  EXPECT_LT(objective({X, Y, 0.1}, better), objective({X, Y, 0.1}, network));
  for (index_t j = 0; j < better.width(); ++j) {
    double u = 0.0;
    double v = 0.0;
    for (index_t i = 0; i < 3; ++i) u += better.U(i, j) * better.U(i, j);
    for (index_t i = 0; i < 2; ++i) v += better.V(i, j) * better.V(i, j);
    EXPECT_NEAR(u / v, 1.0, 1e-14);
  }
}

TEST(Network, BalancingSurvivesExtremeMagnitudes) {
  const Network network{Matrix(2, 1, 1e200), Matrix(1, 1, 1e-200)};
  const Network better = balanced(network);
  EXPECT_NEAR(better.U(0, 0) * better.V(0, 0), 1.0, 1e-12);
  EXPECT_NEAR(std::sqrt(2.0) * better.U(0, 0) / better.V(0, 0), 1.0, 1e-12);
}

TEST(Network, RefusesShapesThatDoNotFit) {
  const Network network{Matrix(3, 2), Matrix(1, 2)};
  EXPECT_THROW(predict(Matrix(4, 2), network), DataError);
  EXPECT_THROW(predict(Matrix(4, 3), Network{Matrix(3, 2), Matrix(1, 1)}), DataError);
  const Matrix X(4, 3);
  EXPECT_THROW(objective({X, Matrix(4, 2), 0.1}, network), DataError);
  EXPECT_THROW(objective({X, Matrix(3, 1), 0.1}, network), DataError);
  EXPECT_THROW(balanced(Network{Matrix(3, 2), Matrix(1, 3)}), DataError);
  EXPECT_THROW(balanced(Network{Matrix(3, 3), Matrix(1, 2)}), DataError);
}

TEST(Network, RefusesViewsOfNothing) {
  const Network network{Matrix(3, 2, 1.0), Matrix(1, 2, 1.0)};
  const Matrix X(4, 3, 1.0);
  const MatrixView nothing(nullptr, 4, 3, 3, 1);
  EXPECT_THROW(predict(nothing, network), DataError);
  EXPECT_THROW(predict(MatrixView(X.data.data(), -4, 3, 3, 1), network), DataError);
  EXPECT_THROW(objective({nothing, Matrix(4, 1), 0.1}, network), DataError);
  EXPECT_THROW(objective({X, MatrixView(nullptr, 4, 1, 1, 1), 0.1}, network), DataError);
  EXPECT_EQ(predict(MatrixView(nullptr, 0, 3, 3, 1), network).rows, 0);
}

TEST(Network, RefusesWeightsThatAreShorterThanTheirShape) {
  const Matrix X(4, 3, 1.0);
  Network short_U{Matrix(3, 2, 1.0), Matrix(1, 2, 1.0)};
  short_U.U.data.resize(5);
  Network short_V{Matrix(3, 2, 1.0), Matrix(1, 2, 1.0)};
  short_V.V.data.clear();
  Network negative{Matrix(3, 2, 1.0), Matrix(1, 2, 1.0)};
  negative.U.cols = negative.V.cols = -2;
  for (const Network* network : {&short_U, &short_V, &negative}) {
    EXPECT_THROW(predict(X, *network), DataError);
    EXPECT_THROW(objective({X, Matrix(4, 1), 0.1}, *network), DataError);
    EXPECT_THROW(balanced(*network), DataError);
  }
}

}  // namespace
}  // namespace burelu
