// Products of rows of F as linear functions of Z against the dense matrix J.
#include "interior/products.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "cuts/separation.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

/// Data with parallel and antiparallel rows merged, and cuts.
RelaxationData with_cuts(index_t n, index_t d, std::uint64_t seed) {
  const Presolved reduced = presolve(degenerate(n, d, 2, seed).problem());
  const RelaxationData plain = prepare(reduced);
  return prepare(reduced, Separator(plain).basis_pursuit(2));
}

/// Rows of F as combinations of (a, u), by their definition.
Matrix dense(const RelaxationData& data) {
  const index_t m = data.m;
  Matrix J(data.factor_rows(), m + data.d);
  for (index_t k = 0; k < m; ++k) {
    J(k, k) = J(m + k, k) = 1.0;
    for (index_t l = 0; l < data.d; ++l) J(m + k, m + l) = -data.X(k, l);
  }
  for (index_t t = 0; t < data.cuts.count(); ++t)
    for (auto p = static_cast<std::size_t>(data.cuts.offset[static_cast<std::size_t>(t)]);
         p < static_cast<std::size_t>(data.cuts.offset[static_cast<std::size_t>(t) + 1]); ++p)
      for (index_t k = 0; k < J.cols; ++k) J(2 * m + t, k) += data.cuts.value[p] * J(data.cuts.form[p], k);
  return J;
}

Matrix symmetric(index_t order, std::uint64_t seed) {
  Matrix out = gaussian(order, order, seed);
  for (index_t i = 0; i < order; ++i)
    for (index_t j = 0; j < i; ++j) out(i, j) = out(j, i);
  return out;
}

/// A B A' for symmetric B.
Matrix congruent(const Matrix& A, const Matrix& B) {
  Matrix out(A.rows, A.rows);
  for (index_t i = 0; i < A.rows; ++i)
    for (index_t j = 0; j < A.rows; ++j)
      for (index_t k = 0; k < A.cols; ++k)
        for (index_t l = 0; l < A.cols; ++l) out(i, j) += A(i, k) * B(k, l) * A(j, l);
  return out;
}

Matrix transposed(const Matrix& A) {
  Matrix out(A.cols, A.rows);
  for (index_t i = 0; i < A.rows; ++i)
    for (index_t j = 0; j < A.cols; ++j) out(j, i) = A(i, j);
  return out;
}

void expect_near(const Matrix& a, const Matrix& b) {
  ASSERT_EQ(a.rows, b.rows);
  ASSERT_EQ(a.cols, b.cols);
  double largest = 0.0;
  for (const double value : b.data) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < a.data.size(); ++i) ASSERT_NEAR(a.data[i], b.data[i], 1e-13 * largest) << i;
}

class ProductsOf : public ::testing::TestWithParam<index_t> {
 protected:
  RelaxationData data_ = with_cuts(14, GetParam(), 41);
  Products products_{data_};
  Matrix J_ = dense(data_);
};

TEST_P(ProductsOf, HasTheRowsOfF) {
  EXPECT_EQ(products_.count(), data_.factor_rows());
  EXPECT_EQ(products_.order(), data_.m + data_.d);
  EXPECT_EQ(data_.cuts.count() > 0, GetParam() > 1);
}

TEST_P(ProductsOf, ProductsAreTheDenseOnes) {
  const Matrix Z = symmetric(products_.order(), 42);
  expect_near(products_.products(Z), congruent(J_, Z));
}

TEST_P(ProductsOf, PulledBackIsTheTranspose) {
  const Matrix T = symmetric(products_.count(), 43);
  expect_near(products_.pulled_back(T), congruent(transposed(J_), T));
}

TEST_P(ProductsOf, FunctionsTakeCoordinatesToProducts) {
  const Matrix Z = symmetric(products_.order(), 44);
  const Matrix S = congruent(J_, Z);
  for (index_t i = 0; i < products_.count(); ++i)
    for (index_t j = 0; j < products_.count(); ++j) {
      double sum = 0.0;
      std::int64_t before = -1;
      for (const SparseEntry& entry : products_.function(i, j)) {
        ASSERT_GT(entry.column, before);  // sorted, each once
        before = entry.column;
        index_t a = 0;
        while ((a + 1) * (a + 2) / 2 <= entry.column) ++a;
        const index_t b = entry.column - a * (a + 1) / 2;
        ASSERT_LE(b, a);
        ASSERT_EQ(coordinate(a, b), entry.column);
        ASSERT_EQ(coordinate(b, a), entry.column);
        sum += entry.value * Z(a, b);
      }
      ASSERT_NEAR(sum, S(i, j), 1e-11 * (1.0 + std::abs(S(i, j)))) << i << " " << j;
    }
}

INSTANTIATE_TEST_SUITE_P(Dimensions, ProductsOf, ::testing::Values<index_t>(1, 2, 3, 5));

}  // namespace
}  // namespace burelu::test
