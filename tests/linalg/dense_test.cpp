// Dense products and decompositions against their definitions, by one thread and by teams, below and above the sizes
// that are shared out; what does not exist is false.
#include "linalg/dense.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "burelu/errors.hpp"
#include "support/instances.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::test {
namespace {

/// OpenMP's number for a scope, not bounded by the processors.
class Threads {
 public:
  explicit Threads(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~Threads() { omp_set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

Matrix flipped(const Matrix& A) {
  Matrix out(A.cols, A.rows);
  for (index_t i = 0; i < A.rows; ++i)
    for (index_t j = 0; j < A.cols; ++j) out(j, i) = A(i, j);
  return out;
}

Matrix naive(const Matrix& A, const Matrix& B) {
  Matrix C(A.rows, B.cols);
  for (index_t i = 0; i < A.rows; ++i)
    for (index_t k = 0; k < A.cols; ++k)
      for (index_t j = 0; j < B.cols; ++j) C(i, j) += A(i, k) * B(k, j);
  return C;
}

/// Largest difference; infinite where one is no number.
double distance(const Matrix& A, const Matrix& B) {
  EXPECT_EQ(A.rows, B.rows);
  EXPECT_EQ(A.cols, B.cols);
  double most = 0.0;
  for (std::size_t i = 0; i < std::min(A.data.size(), B.data.size()); ++i) {
    const double difference = std::fabs(A.data[i] - B.data[i]);
    most = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(most, difference);
  }
  return most;
}

Matrix identity(index_t n) {
  Matrix out(n, n);
  for (index_t i = 0; i < n; ++i) out(i, i) = 1.0;
  return out;
}

/// X'X + I, well conditioned.
Matrix positive(index_t n, std::uint64_t seed) {
  const Matrix X = gaussian(n, n, seed);
  Matrix A(n, n);
  multiply(1.0 / static_cast<double>(n), transposed(X), X, 0.0, A.data.data(), n);
  for (index_t i = 0; i < n; ++i) A(i, i) += 1.0;
  return A;
}

/// The lower triangle, column-major, as a matrix in the usual sense.
Matrix lower(const Matrix& A) {
  Matrix out(A.rows, A.rows);
  for (index_t i = 0; i < A.rows; ++i)
    for (index_t j = 0; j <= i; ++j) out(i, j) = A(j, i);
  return out;
}

TEST(Products, AreTheirDefinitionWithAllTranspositions) {
  struct Shape {
    index_t rows, inner, cols;
  };
  for (const int threads : {1, 2, 3})
    for (const Shape& s :
         {Shape{1, 1, 1}, {7, 3, 5}, {33, 40, 17}, {300, 90, 140}, {20, 500, 300}, {5, 0, 4}, {0, 3, 2}}) {
      const Threads scope(threads);
      const Matrix A = gaussian(s.rows, s.inner, 1);
      const Matrix B = gaussian(s.inner, s.cols, 2);
      const Matrix wanted = naive(A, B);
      const Matrix At = flipped(A);
      const Matrix Bt = flipped(B);
      EXPECT_LE(distance(product(A, B), wanted), 1e-11);
      EXPECT_LE(distance(product(transposed(At), B), wanted), 1e-11);
      EXPECT_LE(distance(product(A, transposed(Bt)), wanted), 1e-11);
      EXPECT_LE(distance(product(transposed(At), transposed(Bt)), wanted), 1e-11);
    }
}

/// Into a block of a wider matrix, added to what is there; what is beside it stays.
TEST(Products, BlocksOfWiderMatrices) {
  const Matrix A = gaussian(400, 60, 3);
  const Matrix B = gaussian(60, 500, 4);
  for (const int threads : {1, 3}) {
    const Threads scope(threads);
    Matrix C(400, 510, 2.0);
    multiply(-0.5, {A.data.data(), 400, 30, 60}, {B.data.data(), 30, 500, 500}, 3.0, C.data.data() + 4, C.cols);
    for (index_t i = 0; i < 400; i += 57)
      for (index_t j = 0; j < 510; ++j) {
        double wanted = 2.0;
        if (j >= 4 && j < 504) {
          wanted = 6.0;
          for (index_t k = 0; k < 30; ++k) wanted -= 0.5 * A(i, k) * B(k, j - 4);
        }
        ASSERT_NEAR(C(i, j), wanted, 1e-11) << i << " " << j;
      }
  }
}

TEST(Products, GramIsTheLowerTriangle) {
  for (const int threads : {1, 2, 3})
    for (const index_t n : {0, 1, 40, 300}) {
      const Threads scope(threads);
      const Matrix A = gaussian(200, n, 5);
      const Matrix wanted = naive(flipped(A), A);
      const Matrix At = flipped(A);
      for (const Operand& operand : {Operand(A), transposed(At)}) {
        Matrix C(n, n, 1.0);
        gram(2.0, operand, 1.0, C.data.data());
        for (index_t i = 0; i < n; ++i)
          for (index_t j = 0; j < n; ++j) ASSERT_NEAR(C(i, j), i <= j ? 2.0 * wanted(i, j) + 1.0 : 1.0, 1e-11);
      }
    }
}

TEST(Cholesky, FactorsAndSolves) {
  for (const int threads : {1, 2, 3})
    for (const index_t n : {0, 1, 31, 128, 800}) {
      const Threads scope(threads);
      const Matrix A = positive(n, 6);
      Matrix L = A;
      ASSERT_TRUE(cholesky(L.data.data(), n));
      const Matrix factor = lower(L);
      EXPECT_LE(distance(product(factor, transposed(factor)), A), 1e-11);
      for (const index_t k : {1, 33}) {
        const Matrix B = gaussian(n, k, 7);
        Matrix Z = B;
        solve_lower(L.data.data(), n, Z.data.data(), k);
        EXPECT_LE(distance(product(factor, Z), B), 1e-11);
        solve_upper(L.data.data(), n, Z.data.data(), k);
        EXPECT_LE(distance(product(A, Z), B), 1e-10);
        Matrix rows = flipped(B);
        solve_rows(L.data.data(), n, rows.data.data(), k);
        EXPECT_LE(distance(rows, flipped(Z)), 1e-11);
      }
    }
}

/// In the first block and in a later one, by one thread and by a team.
TEST(Cholesky, WhatIsNotPositiveDefiniteIsFalse) {
  for (const int threads : {1, 3})
    for (const index_t n : {50, 900})
      for (const double wrong : {-1e3, 0.0, std::nan(""), std::numeric_limits<double>::infinity()})
        for (const index_t place : {index_t{0}, n / 2, n - 1}) {
          const Threads scope(threads);
          Matrix A = identity(n);
          A(place, place) = wrong;
          EXPECT_FALSE(cholesky(A.data.data(), n)) << n << ", " << wrong << " at " << place;
        }
}

TEST(Decompositions, EigenvectorsStandInRows) {
  const Matrix A = positive(30, 9);
  Matrix vectors = A;
  std::vector<double> values;
  ASSERT_TRUE(eigen(vectors, values));
  EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
  Matrix scaled = vectors;
  for (index_t i = 0; i < 30; ++i)
    for (index_t j = 0; j < 30; ++j) scaled(i, j) *= values[static_cast<std::size_t>(i)];
  EXPECT_LE(distance(product(transposed(vectors), scaled), A), 1e-12);
  Matrix copy = A;
  std::vector<double> alone;
  ASSERT_TRUE(eigenvalues(copy, alone));
  ASSERT_EQ(alone.size(), values.size());
  for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_NEAR(alone[i], values[i], 1e-12);
}

TEST(Decompositions, SingularValues) {
  for (const auto& [rows, cols] : {std::pair<index_t, index_t>{7, 4}, {4, 7}, {5, 5}}) {
    const Matrix A = gaussian(rows, cols, 10);
    Matrix left, right;
    std::vector<double> values;
    ASSERT_TRUE(singular(A, left, values, right));
    EXPECT_TRUE(std::is_sorted(values.rbegin(), values.rend()));
    for (index_t i = 0; i < left.rows; ++i)
      for (index_t j = 0; j < left.cols; ++j) left(i, j) *= values[static_cast<std::size_t>(j)];
    EXPECT_LE(distance(product(left, right), A), 1e-13);
    EXPECT_LE(distance(product(right, transposed(right)), identity(right.rows)), 1e-13);
  }
}

TEST(Decompositions, OrthonormalColumns) {
  Matrix B = gaussian(20, 6, 11);
  const Matrix before = B;
  ASSERT_TRUE(orthonormalise(B));
  EXPECT_LE(distance(product(transposed(B), B), identity(6)), 1e-13);
  EXPECT_LE(distance(product(B, product(transposed(B), before)), before), 1e-13);
}

TEST(Decompositions, WhatIsNotFiniteIsFalse) {
  for (const double wrong : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Matrix A = identity(4);
    A(1, 1) = wrong;
    Matrix copy = A;
    Matrix left, right;
    std::vector<double> values;
    EXPECT_FALSE(eigen(copy, values));
    copy = A;
    EXPECT_FALSE(eigenvalues(copy, values));
    EXPECT_FALSE(singular(A, left, values, right));
    copy = A;
    EXPECT_FALSE(orthonormalise(copy));
  }
}

TEST(Decompositions, WhereThereIsNoWayOnItIsSaid) {
  require_decomposition(true, "nothing");
  EXPECT_EQ(message_of<DataError>([] { require_decomposition(false, "the eigenvalues of X'X"); }),
            "the eigenvalues of X'X could not be computed: scale the features");
}

}  // namespace
}  // namespace burelu::test
