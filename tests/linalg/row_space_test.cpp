// X = LQ with orthonormal rows of Q, and the way there and back.
#include "linalg/row_space.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/instances.hpp"

namespace burelu {
namespace {

TEST(RowSpace, ReproducesXWithOrthonormalRows) {
  for (const index_t d : {1, 7, 300}) {
    const index_t n = std::min<index_t>(d, 7);
    const Matrix X = test::gaussian(n, d, 3);
    const RowSpace space = row_space(X);
    for (index_t i = 0; i < n; ++i) {
      for (index_t k = 0; k < n; ++k) {
        double inner = 0.0;
        for (index_t j = 0; j < d; ++j) inner += space.Q(i, j) * space.Q(k, j);
        EXPECT_NEAR(inner, i == k ? 1.0 : 0.0, 1e-13);
      }
      for (index_t j = 0; j < d; ++j) {
        double sum = 0.0;
        for (index_t k = 0; k < n; ++k) sum += space.L(i, k) * space.Q(k, j);
        EXPECT_NEAR(sum, X(i, j), 1e-13 * std::sqrt(static_cast<double>(d)));
      }
    }
  }
}

TEST(RowSpace, ThereAndBackIsTheIdentityOnCoordinates) {
  const RowSpace space = row_space(test::gaussian(5, 60, 1));
  const Matrix Z = test::gaussian(5, 3, 2);
  const Matrix again = into_row_space(space.Q, from_row_space(space.Q, Z));
  for (std::size_t k = 0; k < Z.data.size(); ++k) EXPECT_NEAR(again.data[k], Z.data[k], 1e-13);
}

TEST(RowSpace, DependentAndZeroRowsStayWhatTheyAre) {
  Matrix X = test::gaussian(4, 50, 8);
  for (index_t j = 0; j < X.cols; ++j) {
    X(1, j) = 0.0;
    X(3, j) = -2.0 * X(0, j);
  }
  const RowSpace space = row_space(X);
  for (index_t k = 0; k < 4; ++k) {
    EXPECT_EQ(space.L(1, k), 0.0);
    EXPECT_NEAR(space.L(3, k), -2.0 * space.L(0, k), 1e-13);
  }
}

}  // namespace
}  // namespace burelu
