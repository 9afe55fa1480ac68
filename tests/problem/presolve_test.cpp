// Presolve is exact: objectives, factors and dual variables survive the way there and back.
#include "problem/presolve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace burelu {
namespace {

using Random = std::mt19937_64;

Matrix gaussian(Random& random, index_t rows, index_t cols) {
  std::normal_distribution<double> normal;
  Matrix out(rows, cols);
  for (double& value : out.data) value = normal(random);
  return out;
}

Matrix times(const Matrix& A, const Matrix& B) {
  Matrix out(A.rows, B.cols);
  for (index_t i = 0; i < A.rows; ++i)
    for (index_t j = 0; j < B.cols; ++j)
      for (index_t k = 0; k < A.cols; ++k) out(i, j) += A(i, k) * B(k, j);
  return out;
}

Matrix transposed(const Matrix& A) {
  Matrix out(A.cols, A.rows);
  for (index_t i = 0; i < A.rows; ++i)
    for (index_t j = 0; j < A.cols; ++j) out(j, i) = A(i, j);
  return out;
}

Matrix relu(Matrix A) {
  for (double& value : A.data) value = std::max(value, 0.0);
  return A;
}

double squares(const Matrix& A) {
  double sum = 0.0;
  for (double value : A.data) sum += value * value;
  return sum;
}

double naive_objective(const Matrix& X, const Matrix& Y, double gamma, const Matrix& U, const Matrix& V) {
  Matrix fit = times(relu(times(X, U)), transposed(V));
  for (std::size_t i = 0; i < fit.data.size(); ++i) fit.data[i] -= Y.data[i];
  return 0.5 * squares(fit) + 0.5 * gamma * (squares(U) + squares(V));
}

/// Objective of a network of the reduced problem, by its definition: loss rows [A; diag(negative_scale) B_neg].
double reduced_objective(const Presolved& p, const Matrix& U, const Matrix& V) {
  const Matrix P = times(p.X, U);
  Matrix H(p.Y.rows, U.cols);
  for (index_t k = 0; k < p.rows(); ++k)
    for (index_t j = 0; j < U.cols; ++j) H(k, j) = std::max(P(k, j), 0.0);
  for (std::size_t l = 0; l < p.negative.size(); ++l)
    for (index_t j = 0; j < U.cols; ++j)
      H(p.rows() + static_cast<index_t>(l), j) = p.negative_scale[l] * std::max(-P(p.negative[l], j), 0.0);
  Matrix fit = times(H, transposed(V));
  for (std::size_t i = 0; i < fit.data.size(); ++i) fit.data[i] -= p.Y.data[i];
  return 0.5 * squares(fit) + 0.5 * p.gamma * (squares(U) + squares(V)) + p.constant_loss;
}

struct Case {
  Matrix X, Y;
  double gamma = 0.1;
  Problem problem() const { return {X, Y, gamma}; }
};

/// Rows of every kind: zero, parallel, antiparallel, duplicates with other labels; rank and column scales as asked.
Case planted(std::uint64_t seed, index_t n, index_t d, index_t rank, index_t c, double spread) {
  Random random(seed);
  Case out;
  out.X = times(gaussian(random, n, rank), gaussian(random, rank, d));
  if (rank == d) out.X = gaussian(random, n, d);
  std::uniform_int_distribution<int> kind(0, 5);
  std::uniform_int_distribution<index_t> pick(0, n - 1);
  const double factors[] = {0.0, 2.0, -0.7, 1.0, 3.1, -1.0};
  for (index_t i = 0; i < n; ++i) {
    if (i % 3 != 0) continue;
    const double factor = factors[kind(random)];
    const index_t from = pick(random);
    for (index_t j = 0; j < d; ++j) out.X(i, j) = factor * out.X(from, j);
  }
  for (index_t j = 0; j < d; ++j)
    for (index_t i = 0; i < n; ++i) out.X(i, j) *= std::pow(spread, static_cast<double>(j));
  out.Y = gaussian(random, n, c);
  return out;
}

Network restored_network(const Presolved& p, const Matrix& U, const Matrix& V) {
  Factor factor = restore(p, Factor{Matrix(), U, V});
  return {factor.U, factor.V};
}

class PresolveCases : public ::testing::TestWithParam<int> {
 protected:
  Case make() const {
    const int seed = GetParam();
    const index_t d = 1 + seed % 5;
    const index_t rank = seed % 3 == 0 ? std::max<index_t>(1, d - 1) : d;
    const double spread = seed % 4 == 0 ? 1e-2 : 1.0;
    return planted(static_cast<std::uint64_t>(seed), 6 + seed % 17, d, rank, 1 + seed % 3, spread);
  }
};

TEST_P(PresolveCases, ObjectiveOfANetworkIsTheSame) {
  const Case data = make();
  const Presolved p = presolve(data.problem());
  Random random(7);
  for (int trial = 0; trial < 5; ++trial) {
    const Matrix U = gaussian(random, p.features(), 6);
    const Matrix V = gaussian(random, p.outputs(), 6);
    const Network network = restored_network(p, U, V);
    const double before = naive_objective(data.X, data.Y, data.gamma, network.U, network.V);
    EXPECT_NEAR(reduced_objective(p, U, V), before, 1e-12 * before);
  }
}

TEST_P(PresolveCases, RestoredActivationsAreThoseOfTheRepresentatives) {
  const Case data = make();
  const Presolved p = presolve(data.problem());
  Random random(8);
  const Matrix U = gaussian(random, p.features(), 4);
  const Factor factor = restore(p, Factor{relu(times(p.X, U)), U, Matrix(p.outputs(), 4)});
  const Matrix all = relu(times(data.X, factor.U));
  for (index_t k = 0; k < p.rows(); ++k)
    for (index_t j = 0; j < 4; ++j)
      EXPECT_NEAR(factor.A(k, j), all(p.representatives[static_cast<std::size_t>(k)], j),
                  1e-12 * std::sqrt(squares(data.X) * squares(factor.U)));
}

TEST_P(PresolveCases, DualValueAndConstraintSurvive) {
  const Case data = make();
  const Presolved p = presolve(data.problem());
  Random random(9);
  const Matrix W = gaussian(random, p.Y.rows, p.outputs());
  const Matrix full = restore_dual(p, data.problem(), W);
  double reduced_value = p.constant_loss - 0.5 * squares(W);
  for (std::size_t i = 0; i < W.data.size(); ++i) reduced_value -= W.data[i] * p.Y.data[i];
  double value = -0.5 * squares(full);
  for (std::size_t i = 0; i < full.data.size(); ++i) value -= full.data[i] * data.Y.data[i];
  EXPECT_NEAR(value, reduced_value, 1e-12 * (squares(full) + squares(data.Y)));

  // <W, H V'> is the same on both sides for every neuron.
  const Matrix u = gaussian(random, p.features(), 1);
  const Matrix v = gaussian(random, p.outputs(), 1);
  const Network network = restored_network(p, u, v);
  const Matrix H = relu(times(data.X, network.U));
  const Matrix P = times(p.X, u);
  double before = 0.0;
  double after = 0.0;
  for (index_t i = 0; i < H.rows; ++i)
    for (index_t j = 0; j < network.V.rows; ++j) before += full(i, j) * H(i, 0) * network.V(j, 0);
  for (index_t i = 0; i < W.rows; ++i) {
    const auto l = static_cast<std::size_t>(std::max<index_t>(i - p.rows(), 0));
    const double h = i < p.rows() ? std::max(P(i, 0), 0.0) : p.negative_scale[l] * std::max(-P(p.negative[l], 0), 0.0);
    for (index_t j = 0; j < v.rows; ++j) after += W(i, j) * h * v(j, 0);
  }
  EXPECT_NEAR(before, after, 1e-12 * std::sqrt(squares(full) * squares(H) * squares(network.V)));
}

TEST_P(PresolveCases, EveryRowIsItsRatioTimesItsRepresentative) {
  const Case data = make();
  const Presolved p = presolve(data.problem());
  for (index_t i = 0; i < data.X.rows; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const double scale = p.line[index] < 0 ? 0.0 : p.ratio[index];
    const index_t from = p.line[index] < 0 ? 0 : p.representatives[static_cast<std::size_t>(p.line[index])];
    for (index_t j = 0; j < data.X.cols; ++j)
      EXPECT_NEAR(data.X(i, j), scale * data.X(from, j), 1e-13 * std::sqrt(squares(data.X)));
  }
}

TEST_P(PresolveCases, NoTwoReducedRowsAreParallel) {
  const Presolved p = presolve(make().problem());
  for (index_t i = 0; i < p.rows(); ++i)
    for (index_t k = 0; k < i; ++k) {
      double dot = 0.0;
      double a = 0.0;
      double b = 0.0;
      for (index_t j = 0; j < p.features(); ++j) {
        dot += p.X(i, j) * p.X(k, j);
        a += p.X(i, j) * p.X(i, j);
        b += p.X(k, j) * p.X(k, j);
      }
      const double cosine = std::abs(dot) / std::sqrt(a * b);
      EXPECT_TRUE(p.features() > 1 && cosine < 1.0 - 1e-15) << i << " " << k;
    }
}

INSTANTIATE_TEST_SUITE_P(Planted, PresolveCases, ::testing::Range(0, 60));

TEST(Presolve, CountsWhatItFinds) {
  Case data;
  data.X = Matrix(6, 2);
  const double rows[6][2] = {{1, 0}, {0, 0}, {2, 0}, {-3, 0}, {0, 1}, {1, 0}};
  for (index_t i = 0; i < 6; ++i)
    for (index_t j = 0; j < 2; ++j) data.X(i, j) = rows[i][j];
  data.Y = Matrix(6, 1, 1.0);
  data.Y(1, 0) = 2.0;
  const Presolved p = presolve(data.problem());
  EXPECT_EQ(p.rows(), 2);
  EXPECT_EQ(p.summary.zero_rows, 1);
  EXPECT_EQ(p.summary.merged_rows, 3);
  EXPECT_EQ(p.summary.rank, 2);
  EXPECT_EQ(p.line, (std::vector<std::int32_t>{0, -1, 0, 0, 1, 0}));
  EXPECT_EQ(p.negative, (std::vector<std::int32_t>{0}));
  EXPECT_DOUBLE_EQ(p.negative_scale[0], 3.0 / std::sqrt(6.0));
  EXPECT_DOUBLE_EQ(p.weight[0], std::sqrt(6.0));
  // zero row: 2; merged: 3/2 - (1 + 2 + 1)^2 / 6 / 2
  EXPECT_NEAR(p.constant_loss, 2.0 + 1.5 - 16.0 / 12.0, 1e-15);
}

TEST(Presolve, AngleDecidesWhatIsParallel) {
  for (const double angle : {1e-10, 1e-8}) {
    Case data;
    data.X = Matrix(2, 2, 1.0);
    data.X(1, 1) = 1.0 + 2.0 * angle;  // turns (1, 1) by about `angle`
    data.Y = Matrix(2, 1, 1.0);
    EXPECT_EQ(presolve(data.problem()).rows(), angle < 1e-9 ? 1 : 2);
  }
}

TEST(Presolve, RankDeficientColumnsAreFoldedAway) {
  Random random(3);
  Case data;
  data.X = times(gaussian(random, 40, 3), gaussian(random, 3, 8));
  data.Y = gaussian(random, 40, 2);
  const Presolved p = presolve(data.problem());
  EXPECT_EQ(p.features(), 3);
  const Matrix identity = times(p.basis, transposed(p.basis));
  for (index_t i = 0; i < 3; ++i)
    for (index_t j = 0; j < 3; ++j) EXPECT_NEAR(identity(i, j), i == j ? 1.0 : 0.0, 1e-13);
}

// Objectives of networks with more features than rows, more outputs than rows, or both, before and after.
TEST(Presolve, ManyFeaturesAndOutputsAreOfTheOrderOfTheRows) {
  for (const auto& [n, d, c] : {std::tuple<index_t, index_t, index_t>{6, 500, 2}, {5, 2, 40}, {4, 90, 30}}) {
    Random random(12);
    Case data;
    data.X = gaussian(random, n, d);
    data.Y = gaussian(random, n, c);
    for (index_t j = 0; j < d; ++j) data.X(2, j) = -3.0 * data.X(1, j);  // one line, both sides
    const Presolved p = presolve(data.problem());
    EXPECT_EQ(p.rows(), n - 1);
    EXPECT_EQ(p.features(), std::min(n - 1, d));
    EXPECT_LE(p.outputs(), std::min(n, c));
    const Matrix U = gaussian(random, p.features(), 5);
    const Matrix V = gaussian(random, p.outputs(), 5);
    const Network network = restored_network(p, U, V);
    EXPECT_EQ(network.U.rows, d);
    EXPECT_EQ(network.V.rows, c);
    const double before = naive_objective(data.X, data.Y, data.gamma, network.U, network.V);
    EXPECT_NEAR(reduced_objective(p, U, V), before, 1e-12 * before);
  }
}

// Small features that weigh against gamma are kept, however large others are; columns of zeros are not.
TEST(Presolve, ColumnsOfVeryDifferentSizeAreIndependent) {
  Random random(5);
  Case data;
  data.X = gaussian(random, 12, 3);
  data.Y = gaussian(random, 12, 1);
  for (index_t i = 0; i < 12; ++i) {
    data.X(i, 0) = 1e12 * (2.0 + std::abs(data.X(i, 0)));
    data.X(i, 1) = 0.0;
  }
  const Presolved p = presolve(data.problem());
  EXPECT_EQ(p.features(), 2);
  EXPECT_EQ(p.rows(), 12);  // within 1e-12 of one line, but apart by more than gamma allows
  data.gamma = 1e9;
  EXPECT_EQ(presolve(data.problem()).rows(), 1);
}

TEST(Presolve, NothingLeftWhereEveryRowIsZero) {
  Case data;
  data.X = Matrix(3, 2);
  data.Y = Matrix(3, 1, 1.0);
  const Presolved p = presolve(data.problem());
  EXPECT_EQ(p.rows(), 0);
  EXPECT_EQ(p.features(), 0);
  EXPECT_DOUBLE_EQ(p.constant_loss, 1.5);
}

TEST(Presolve, ScalesOfRowsAndColumnsMayDifferByManyOrders) {
  Case data = planted(5, 20, 3, 3, 2, 1e-4);
  for (index_t j = 0; j < 3; ++j) data.X(4, j) *= 1e3;
  const Presolved p = presolve(data.problem());
  EXPECT_EQ(p.features(), 3);
  Random random(2);
  const Matrix U = gaussian(random, p.features(), 5);
  const Matrix V = gaussian(random, p.outputs(), 5);
  const Network network = restored_network(p, U, V);
  const double before = naive_objective(data.X, data.Y, data.gamma, network.U, network.V);
  EXPECT_NEAR(reduced_objective(p, U, V), before, 1e-12 * before);
}

TEST(Presolve, ManyDuplicatesTakeNoQuadraticTime) {
  Random random(1);
  const Matrix base = gaussian(random, 100, 4);
  Case data;
  data.X = Matrix(40000, 4);
  for (index_t i = 0; i < data.X.rows; ++i)
    for (index_t j = 0; j < 4; ++j) data.X(i, j) = base(i % 100, j) * (i % 7 < 3 ? -2.0 : 1.0);
  data.Y = Matrix(data.X.rows, 1, 1.0);
  EXPECT_EQ(presolve(data.problem()).rows(), 100);
}

}  // namespace
}  // namespace burelu
