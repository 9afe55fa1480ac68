// Principal components against their definition, and the order of the steps.
#include "model/preparation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "linalg/random.hpp"
#include "support/instances.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

/// Columns of very different spread, mixed.
Matrix sample(index_t rows, index_t columns) {
  Random random(11);
  Matrix X(rows, columns);
  for (index_t i = 0; i < rows; ++i) {
    double carried = 0.0;
    for (index_t j = 0; j < columns; ++j) {
      carried = 0.5 * carried + random.normal() * static_cast<double>(j + 1);
      X(i, j) = 3.0 + carried;
    }
  }
  return X;
}

double variance(const Matrix& X, index_t column) {
  double mean = 0.0;
  for (index_t i = 0; i < X.rows; ++i) mean += X(i, column) / static_cast<double>(X.rows);
  double sum = 0.0;
  for (index_t i = 0; i < X.rows; ++i) sum += (X(i, column) - mean) * (X(i, column) - mean);
  return sum;
}

TEST(Preparation, ComponentsAreOrthonormalAndUncorrelated) {
  const Matrix X = sample(200, 6);
  Preparation preparation;
  const Matrix Z = fit_preparation(X, {false, false, false, 6}, 0.0, preparation);
  const Matrix& P = preparation.components;
  for (index_t a = 0; a < 6; ++a)
    for (index_t b = 0; b < 6; ++b) {
      double product = 0.0;
      double correlation = 0.0;
      for (index_t j = 0; j < 6; ++j) product += P(a, j) * P(b, j);
      for (index_t i = 0; i < 200; ++i) correlation += Z(i, a) * Z(i, b);
      EXPECT_NEAR(product, a == b ? 1.0 : 0.0, 1e-13);
      if (a != b) {
        EXPECT_NEAR(correlation, 0.0, 1e-9);
      }
    }
  double total = 0.0;
  double kept = 0.0;
  for (index_t j = 0; j < 6; ++j) {
    total += variance(X, j);
    kept += variance(Z, j);
    if (j > 0) {
      EXPECT_LE(variance(Z, j), variance(Z, j - 1));
    }
  }
  EXPECT_NEAR(kept, total, 1e-9 * total);
}

// More features than rows: the Gram matrix of the rows gives what X'X does, here by their products.
TEST(Preparation, ComponentsOfManyFeaturesDiagonaliseTheirCovariance) {
  Matrix X = test::gaussian(8, 3000, 21);
  std::vector<double> center;
  const Matrix P = principal_components(X, 7, center);
  ASSERT_EQ(P.cols, 3000);
  Matrix scores(8, 7);
  for (index_t i = 0; i < 8; ++i)
    for (index_t k = 0; k < 7; ++k)
      for (index_t j = 0; j < 3000; ++j) scores(i, k) += X(i, j) * P(k, j);
  double total = 0.0;
  double explained = 0.0;
  for (const double x : X.data) total += x * x;
  for (index_t a = 0; a < 7; ++a)
    for (index_t b = 0; b < 7; ++b) {
      double inner = 0.0;
      double covariance = 0.0;
      for (index_t j = 0; j < 3000; ++j) inner += P(a, j) * P(b, j);
      for (index_t i = 0; i < 8; ++i) covariance += scores(i, a) * scores(i, b);
      EXPECT_NEAR(inner, a == b ? 1.0 : 0.0, 1e-12);
      if (a == b) explained += covariance;
      if (a != b) {
        EXPECT_NEAR(covariance, 0.0, 1e-9 * total);
      }
    }
  EXPECT_NEAR(explained, total, 1e-12 * total);  // 8 centred rows have 7 directions
}

TEST(Preparation, FirstComponentHasTheLargestVarianceOfAllDirections) {
  const Matrix X = sample(100, 4);
  Preparation preparation;
  const Matrix Z = fit_preparation(X, {false, false, false, 1}, 0.0, preparation);
  EXPECT_EQ(Z.cols, 1);
  Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    Matrix direction(100, 1);
    double w[4];
    double norm = 0.0;
    for (double& value : w) {
      value = random.normal();
      norm += value * value;
    }
    for (index_t i = 0; i < 100; ++i)
      for (index_t j = 0; j < 4; ++j) direction(i, 0) += X(i, j) * w[j] / std::sqrt(norm);
    EXPECT_LE(variance(direction, 0), variance(Z, 0) * (1.0 + 1e-12));
  }
}

TEST(Preparation, StepsCanBeRepeatedOnOtherRows) {
  const Matrix X = sample(50, 5);
  Preparation preparation;
  const Matrix fitted = fit_preparation(X, {true, true, true, 3}, 255.0, preparation);
  EXPECT_EQ(preparation.divisor, 255.0);
  EXPECT_EQ(preparation.inputs(4), 5);
  EXPECT_EQ(fitted.cols, 4);
  Matrix one(1, 5);
  std::copy_n(X.row(17), 5, one.row(0));
  const Matrix again = prepare(one, preparation);
  for (index_t j = 0; j < 4; ++j) EXPECT_EQ(again(0, j), fitted(17, j));
  EXPECT_EQ(again(0, 3), 1.0);
}

TEST(Preparation, ScaleIsTheLargestMagnitudeWhereTheFormatHasNone) {
  Matrix X(2, 2);
  X.data = {1, -8, 2, 4};
  Preparation preparation;
  EXPECT_EQ(fit_preparation(X, {false, false, true, 0}, 0.0, preparation).data,
            (std::vector<double>{0.125, -1, 0.25, 0.5}));
  Preparation zero;
  EXPECT_EQ(fit_preparation(Matrix(2, 2), {false, false, true, 0}, 0.0, zero).data, std::vector<double>(4, 0.0));
}

TEST(Preparation, OfNoSamplesThereIsNone) {
  for (const bool standardize : {false, true})
    for (const bool bias : {false, true}) {
      PreparationChoice choice;
      choice.standardize = standardize;
      choice.bias = bias;
      Preparation preparation;
      EXPECT_THROW(fit_preparation(Matrix(0, 3), choice, 0.0, preparation), DataError);
      EXPECT_THROW(fit_preparation(Matrix(3, 0), choice, 0.0, preparation), DataError);
    }
}

TEST(Preparation, OfNoRowsIsNoRows) {
  PreparationChoice choice;
  choice.standardize = choice.bias = true;
  Preparation preparation;
  fit_preparation(test::gaussian(5, 3, 1), choice, 0.0, preparation);
  const Matrix none = prepare(Matrix(0, 3), preparation);
  EXPECT_EQ(none.rows, 0);
  EXPECT_EQ(none.cols, 4);
  EXPECT_THROW(prepare(Matrix(2, 4), preparation), DataError);
  EXPECT_THROW(prepare(Matrix(2, 2), preparation), DataError);
}

TEST(Preparation, TooManyComponentsAreRefused) {
  Preparation preparation;
  EXPECT_NE(test::message_of<DataError>([&] {
              fit_preparation(sample(3, 5), {false, false, false, 4}, 0.0, preparation);
            }).find("at most 3 components"),
            std::string::npos);
}

}  // namespace
}  // namespace burelu
