// The preconditioner against its definition: K K^-1 = I, K is symmetric, and K X'X K has equal eigenvalues.
#include "linalg/preconditioner.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "linalg/dense.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

/// Columns of very different size.
Matrix skewed(index_t rows, index_t cols) {
  Matrix X = gaussian(rows, cols, 1);
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < cols; ++j) X(i, j) *= std::pow(3.0, static_cast<double>(j));
  return X;
}

TEST(Preconditioner, MakesTheFeaturesUncorrelatedAndOfOneSize) {
  const Matrix X = skewed(40, 5);
  const Preconditioner found = precondition(X, 1e-14);
  const Matrix unit = product(found.K, found.inverse);
  const Matrix XK = product(X, found.K);
  const Matrix square = product(transposed(XK), XK);
  for (index_t i = 0; i < 5; ++i)
    for (index_t j = 0; j < 5; ++j) {
      EXPECT_NEAR(unit(i, j), i == j ? 1.0 : 0.0, 1e-11);
      EXPECT_NEAR(found.K(i, j), found.K(j, i), 1e-12 * found.K(0, 0));
      EXPECT_NEAR(square(i, j) / found.mean, i == j ? 1.0 : 0.0, 1e-7);
    }
}

TEST(Preconditioner, NumbersThatOverflowAreSaid) {
  Matrix X = gaussian(4, 2, 2);
  X(0, 0) = 1e200;
  EXPECT_THROW(precondition(X, 1e-6), DataError);
}

}  // namespace
}  // namespace burelu::test
