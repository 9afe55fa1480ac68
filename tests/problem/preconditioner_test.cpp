// K and its inverse; columns of XK of like size and near orthogonal, also where those of X differ by 18 orders.
#include "problem/preconditioner.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "linalg/dense.hpp"
#include "support/instances.hpp"

namespace burelu {
namespace {

Matrix graded(index_t rows, const std::vector<double>& sizes) {
  Matrix X = test::gaussian(rows, static_cast<index_t>(sizes.size()), 6);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) X(i, j) *= sizes[static_cast<std::size_t>(j)];
  return X;
}

double cosine(const Matrix& A, index_t a, index_t b) {
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (index_t i = 0; i < A.rows; ++i) {
    ab += A(i, a) * A(i, b);
    aa += A(i, a) * A(i, a);
    bb += A(i, b) * A(i, b);
  }
  return ab / std::sqrt(aa * bb);
}

TEST(Preconditioner, InverseIsTheInverse) {
  for (const std::vector<double>& sizes : {std::vector<double>{1.0, 2.0, 0.5}, {1.0, 1e-6, 1e4}}) {
    const Preconditioner p = preconditioner(graded(20, sizes), 1e-12);
    const Matrix I = product(p.K, p.inverse);
    for (index_t i = 0; i < 3; ++i)
      for (index_t j = 0; j < 3; ++j) {
        const double unit = sizes[static_cast<std::size_t>(j)] / sizes[static_cast<std::size_t>(i)];  // of the entry
        EXPECT_NEAR(I(i, j), i == j ? 1.0 : 0.0, 1e-9 * std::max(unit, 1.0));
      }
  }
}

TEST(Preconditioner, ColumnsThatWeighAgainstGammaAreOrthogonalAndAlike) {
  const Matrix X = graded(30, {1.0, 1e-5, 1e-9});
  const Matrix XK = product(X, preconditioner(X, 1e-22).K);
  double least = 1e300, largest = 0.0, total = 0.0, given = 0.0;
  for (const double x : X.data) given += x * x;
  for (index_t a = 0; a < 3; ++a) {
    double square = 0.0;
    for (index_t i = 0; i < 30; ++i) square += XK(i, a) * XK(i, a);
    least = std::min(least, square);
    largest = std::max(largest, square);
    total += square;
    for (index_t b = 0; b < a; ++b) EXPECT_NEAR(cosine(XK, a, b), 0.0, 1e-3);
  }
  EXPECT_LT(largest, 1.1 * least);
  EXPECT_NEAR(total, given, 1e-9 * given);
}

TEST(Preconditioner, ColumnsThatCannotWeighStaySmall) {
  const Matrix X = graded(30, {1.0, 1e-9});
  const Matrix XK = product(X, preconditioner(X, 1e-2).K);
  double small = 0.0;
  for (index_t i = 0; i < 30; ++i) small += XK(i, 1) * XK(i, 1);
  EXPECT_LT(small, 1e-10);
}

TEST(Preconditioner, OrdinaryColumnsHaveTheSymmetricRoot) {
  const Matrix X = graded(25, {1.0, 30.0, 0.2, 5.0});
  const Matrix K = preconditioner(X, 0.1).K;
  for (index_t i = 0; i < 4; ++i)
    for (index_t j = 0; j < i; ++j) EXPECT_NEAR(K(i, j), K(j, i), 1e-12 * std::abs(K(i, i)));
}

}  // namespace
}  // namespace burelu
