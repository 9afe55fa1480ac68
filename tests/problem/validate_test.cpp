// The door: every way a problem can be unusable, and the hash that tells data apart.
#include <gtest/gtest.h>

#include <limits>

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"
#include "burelu/problem.hpp"

namespace burelu {
namespace {

std::string refusal(const Matrix& X, const Matrix& Y, double gamma = 0.1) {
  try {
    validate({X, Y, gamma});
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

TEST(Validate, AcceptsTheSmallestAndTheUnusual) {
  EXPECT_EQ(refusal(Matrix(1, 1, 1.0), Matrix(1, 1, 0.0)), "");
  EXPECT_EQ(refusal(Matrix(3, 2, 0.0), Matrix(3, 1, 5.0)), "");  // zero rows and constant features are problems
  EXPECT_EQ(refusal(Matrix(2, 2, 1e100), Matrix(2, 1, -1e-100)), "");
}

TEST(Validate, NamesRowAndColumn) {
  Matrix X(4, 3, 1.0);
  X(2, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(refusal(X, Matrix(4, 1)).find("X row 2, column 1 (counted from 0) is NaN"), std::string::npos);
  Matrix Y(4, 2, 1.0);
  Y(3, 0) = -std::numeric_limits<double>::infinity();
  EXPECT_NE(refusal(Matrix(4, 3), Y).find("Y row 3, column 0 (counted from 0) is infinite"), std::string::npos);
  EXPECT_NE(refusal(Matrix(2, 1, 1e300), Matrix(2, 1)).find("larger than 1e100"), std::string::npos);
  EXPECT_NE(refusal(Matrix(2, 1, 1e-300), Matrix(2, 1)).find("smaller than 1e-100"), std::string::npos);
}

TEST(Validate, RefusesShapesAndGamma) {
  EXPECT_NE(refusal(Matrix(0, 2), Matrix(0, 1)).find("X has no rows"), std::string::npos);
  EXPECT_NE(refusal(Matrix(2, 0), Matrix(2, 1)).find("X has no columns"), std::string::npos);
  EXPECT_NE(refusal(Matrix(2, 1), Matrix(2, 0)).find("Y has no columns"), std::string::npos);
  EXPECT_NE(refusal(Matrix(2, 1), Matrix(3, 1)).find("X has 2 rows but Y has 3"), std::string::npos);
  for (const double gamma :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_NE(refusal(Matrix(2, 1), Matrix(2, 1), gamma).find("gamma"), std::string::npos) << gamma;
  EXPECT_THROW(validate({MatrixView(nullptr, 2, 1, 1, 1), Matrix(2, 1), 0.1}), DataError);
}

TEST(DataHash, IsFnv1aOfTheRowMajorBytes) {
  Matrix X(1, 1, 0.0);
  Matrix Y(1, 1, 0.0);
  std::uint64_t expected = 14695981039346656037ULL;
  const unsigned char gamma_byte[] = {0, 0, 0, 0, 0, 0, 0xf0, 0x3f};  // 1.0
  for (int word = 0; word < 6; ++word)
    for (int byte = 0; byte < 8; ++byte) {
      const unsigned char value = word < 3 ? (byte == 0 ? 1 : 0) : (word == 5 ? gamma_byte[byte] : 0);
      expected = (expected ^ value) * 1099511628211ULL;
    }
  EXPECT_EQ(data_hash({X, Y, 1.0}), expected);
}

TEST(DataHash, RefusesViewsOfNothing) {
  const Matrix good(2, 1, 1.0);
  EXPECT_THROW(data_hash({MatrixView(nullptr, 2, 1, 1, 1), good, 0.1}), DataError);
  EXPECT_THROW(data_hash({good, MatrixView(nullptr, 2, 1, 1, 1), 0.1}), DataError);
  EXPECT_THROW(data_hash({MatrixView(good.data.data(), -2, 1, 1, 1), good, 0.1}), DataError);
}

TEST(DataHash, SeesDataAndNotLayout) {
  const double by_rows[] = {1, 2, 3, 4, 5, 6};
  const double by_cols[] = {1, 4, 2, 5, 3, 6};
  const Matrix Y(2, 1, 1.0);
  const std::uint64_t hash = data_hash({MatrixView::row_major(by_rows, 2, 3), Y, 0.1});
  EXPECT_EQ(hash, data_hash({MatrixView::col_major(by_cols, 2, 3), Y, 0.1}));
  EXPECT_NE(hash, data_hash({MatrixView::row_major(by_cols, 2, 3), Y, 0.1}));
  EXPECT_NE(hash, data_hash({MatrixView::row_major(by_rows, 2, 3), Y, 0.2}));
  const Matrix Z(3, 1, 1.0);
  EXPECT_NE(hash, data_hash({MatrixView::row_major(by_rows, 3, 2), Z, 0.1}));
}

}  // namespace
}  // namespace burelu
