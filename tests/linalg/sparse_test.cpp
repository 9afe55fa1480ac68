// Sparse symmetric matrices against dense definitions: assembly, products, both factorisations, conjugate gradients.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "linalg/conjugate_gradients.hpp"
#include "linalg/elimination.hpp"
#include "linalg/sparse_solver.hpp"

namespace burelu {
namespace {

using Random = std::mt19937_64;

/// A Z-matrix with about `degree` entries a row; its diagonal exceeds the sum of its row by `margin`.
SparseSymmetric random_matrix(Random& random, index_t order, double degree, double margin) {
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::vector<SparseEntry> entries;
  std::vector<double> sum(static_cast<std::size_t>(order), margin);
  for (std::int32_t i = 0; i < order; ++i)
    for (std::int32_t j = 0; j < i; ++j)
      if (uniform(random) * static_cast<double>(order) < degree) {
        const double value = uniform(random);
        entries.push_back({i, j, -0.25 * value});
        entries.push_back({i, j, -0.75 * value});
        sum[static_cast<std::size_t>(i)] += value;
        sum[static_cast<std::size_t>(j)] += value;
      }
  for (std::int32_t i = 0; i < order; ++i) entries.push_back({i, i, sum[static_cast<std::size_t>(i)]});
  std::shuffle(entries.begin(), entries.end(), random);
  return sparse_symmetric(order, entries);
}

Matrix dense(const SparseSymmetric& A) {
  Matrix out(A.order(), A.order());
  for (index_t i = 0; i < A.order(); ++i) {
    out(i, i) = A.diagonal[static_cast<std::size_t>(i)];
    for (auto e = static_cast<std::size_t>(A.start[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(A.start[static_cast<std::size_t>(i) + 1]); ++e)
      out(i, A.column[e]) = A.value[e];
  }
  return out;
}

Matrix gaussian(Random& random, index_t rows, index_t cols) {
  std::normal_distribution<double> normal;
  Matrix out(rows, cols);
  for (double& value : out.data) value = normal(random);
  return out;
}

double largest_difference(const Matrix& A, const Matrix& B) {
  double out = 0.0;
  for (std::size_t k = 0; k < A.data.size(); ++k) out = std::max(out, std::abs(A.data[k] - B.data[k]));
  return out;
}

class SparseCases : public ::testing::TestWithParam<int> {};

TEST_P(SparseCases, SolvesInvertProducts) {
  Random random(static_cast<std::uint64_t>(GetParam()));
  const index_t order = 1 + GetParam() % 70;
  const SparseSymmetric A = random_matrix(random, order, 0.5 + GetParam() % 9, 0.1);
  const Matrix D = dense(A);
  for (index_t i = 0; i < order; ++i)
    for (index_t j = 0; j < i; ++j) ASSERT_EQ(D(i, j), D(j, i));
  const Matrix X = gaussian(random, order, 3);
  const Matrix B = product(A, X);
  for (index_t i = 0; i < order; ++i)
    for (index_t l = 0; l < 3; ++l) {
      double sum = 0.0;
      for (index_t j = 0; j < order; ++j) sum += D(i, j) * X(j, l);
      ASSERT_NEAR(B(i, l), sum, 1e-12 * (1.0 + std::abs(sum)));
    }
  for (const double most_flops : {1e18, 0.0}) {
    SparseSolver solver(A, most_flops);
    EXPECT_EQ(solver.complete(), most_flops > 0.0);
    ASSERT_TRUE(solver.factorise(A));
    Matrix Z = B;
    ASSERT_TRUE(solver.solve(Z, 1e-13));
    EXPECT_LT(largest_difference(Z, X), 1e-9) << most_flops;
  }
}

TEST_P(SparseCases, IndefiniteMatricesAreFound) {
  Random random(static_cast<std::uint64_t>(GetParam()) + 500);
  const index_t order = 2 + GetParam() % 70;
  SparseSymmetric A = random_matrix(random, order, 4.0, 1.0);
  A.diagonal[static_cast<std::size_t>(order / 2)] = -0.1;
  for (const double most_flops : {1e18, 0.0}) {
    SparseSolver solver(A, most_flops);
    EXPECT_FALSE(solver.factorise(A)) << most_flops;
  }
  for (double& value : A.diagonal) value = 0.5 * value - 0.6;  // below its row sums: A 1 <= -0.1
  SparseSolver complete(A, 1e18);
  EXPECT_FALSE(complete.factorise(A));
  SparseSolver incomplete(A, 0.0);
  if (incomplete.factorise(A)) {  // the incomplete factor need not notice; then the solution of A v = 1 is not positive
    Matrix v(order, 1, 1.0);
    bool positive = incomplete.solve(v, 1e-10);
    for (const double value : v.data) positive = positive && value > 0.0;
    EXPECT_FALSE(positive);
  }
}

INSTANTIATE_TEST_SUITE_P(Random, SparseCases, ::testing::Range(0, 140));

TEST(Sparse, SpreadKeepsTheMatrix) {
  Random random(7);
  const SparseSymmetric A = random_matrix(random, 40, 4.0, 0.5);
  const SparseSymmetric B = random_matrix(random, 40, 4.0, 0.5);
  const SparseSymmetric wide = spread(A, B);
  const SparseSymmetric other = spread(B, wide);
  EXPECT_EQ(wide.column, other.column);
  EXPECT_EQ(wide.start, other.start);
  EXPECT_EQ(dense(wide).data, dense(A).data);
  EXPECT_EQ(dense(other).data, dense(B).data);
}

TEST(Sparse, ATreeIsEliminatedWithoutFill) {
  std::vector<SparseEntry> entries;
  for (std::int32_t i = 0; i < 100; ++i) {
    entries.push_back({i, i, 3.0});
    if (i > 0) entries.push_back({i, (i - 1) / 2, -1.0});
  }
  const Elimination found = minimum_degree(sparse_symmetric(100, entries), 1e9);
  ASSERT_TRUE(found.complete);
  for (const auto& column : found.columns) EXPECT_LE(column.size(), 1U);
}

}  // namespace
}  // namespace burelu
