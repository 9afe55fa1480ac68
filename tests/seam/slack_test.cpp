// The slack of certificates on every backend against dense definitions.
#include "seam/slack.hpp"

#include <gtest/gtest.h>
#include <lapacke.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "support/backends.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// Symmetric, dense, with the lower triangle as the verbs take it: what lies above the diagonal is NaN there.
struct Symmetric {
  Matrix dense;
  std::vector<double> lower;

  explicit Symmetric(Matrix M) : dense(std::move(M)), lower(dense.data.size(), std::nan("")) {
    for (index_t k = 0; k < dense.rows; ++k)
      for (index_t i = k; i < dense.rows; ++i) lower[at(k * dense.rows + i)] = dense(i, k);
  }
};

Symmetric random_symmetric(index_t order, double shift, std::uint64_t seed) {
  const Matrix G = gaussian(order, order, seed);
  Matrix M(order, order);
  for (index_t i = 0; i < order; ++i)
    for (index_t j = 0; j < order; ++j)
      M(i, j) = 0.5 * (G(i, j) + G(j, i)) / std::sqrt(static_cast<double>(order)) + (i == j ? shift : 0.0);
  return Symmetric(std::move(M));
}

/// (a, u) -> sum over k of tied_k a_k (a_k - x_k'u) and so on, entry by entry from the formula of slack.hpp.
Matrix mixed(const Matrix& X, double gamma, const SlackMixture& mix, const Matrix& form, const Matrix& anchor) {
  const index_t m = X.rows;
  Matrix N(form.rows, form.rows);
  for (index_t i = 0; i < N.rows; ++i)
    for (index_t j = 0; j < N.rows; ++j) N(i, j) = mix.form * form(i, j) + mix.anchor * anchor(i, j);
  for (index_t k = 0; k < m; ++k) {
    N(k, k) += mix.tied[at(k)];
    for (index_t l = 0; l < X.cols; ++l) {
      N(m + l, k) -= 0.5 * mix.tied[at(k)] * X(k, l);
      N(k, m + l) -= 0.5 * mix.tied[at(k)] * X(k, l);
    }
  }
  for (index_t l = m; l < N.rows; ++l) N(l, l) += 0.5 * gamma;
  for (index_t i = 0; i < N.rows; ++i) N(i, i) *= mix.spare;
  return N;
}

Matrix times(const Matrix& A, const Matrix& B) {
  Matrix out(A.rows, B.cols);
  for (index_t i = 0; i < A.rows; ++i)
    for (index_t k = 0; k < A.cols; ++k)
      for (index_t j = 0; j < B.cols; ++j) out(i, j) += A(i, k) * B(k, j);
  return out;
}

void expect_near(const Matrix& A, const Matrix& B, double tolerance) {
  ASSERT_EQ(A.data.size(), B.data.size());
  for (std::size_t i = 0; i < A.data.size(); ++i) ASSERT_NEAR(A.data[i], B.data[i], tolerance) << i;
}

std::vector<double> eigenvalues(Matrix M) {
  std::vector<double> out(at(M.rows));
  const auto n = static_cast<lapack_int>(M.rows);
  EXPECT_EQ(LAPACKE_dsyev(LAPACK_COL_MAJOR, 'N', 'L', n, M.data.data(), n, out.data()), 0);
  return out;
}

struct Size {
  index_t m, d;
};

void PrintTo(const Size& size, std::ostream* out) { *out << size.m << " rows, " << size.d << " features"; }

class SlackTest : public ::testing::TestWithParam<std::tuple<BackendKind, Size>> {
 protected:
  static constexpr index_t kColumns = 7;

  void SetUp() override {
    require(kind_);
    if (IsSkipped() || HasFatalFailure()) return;
    slack_ = make_slack(kind_, X_, kGamma, kColumns);
    ASSERT_NE(slack_, nullptr) << "the device has no room";
    tied_.resize(at(size_.m));
    for (index_t k = 0; k < size_.m; ++k) tied_[at(k)] = 0.1 + 0.01 * static_cast<double>(k % 5);
    slack_->set_form(form_.lower);
    slack_->set_anchor(anchor_.lower);
  }
  SlackMixture mixture(double form, double anchor) const { return {form, anchor, tied_, 1.0 - 1e-9}; }
  Matrix dense(const SlackMixture& mix) const { return mixed(X_, kGamma, mix, form_.dense, anchor_.dense); }

  static constexpr double kGamma = 0.3;
  BackendKind kind_ = std::get<0>(GetParam());
  Size size_ = std::get<1>(GetParam());
  index_t order_ = size_.m + size_.d;
  Matrix X_ = gaussian(size_.m, size_.d, 3);
  std::vector<double> tied_;
  Symmetric form_ = random_symmetric(order_, 0.0, 11);    // half of its eigenvalues are negative
  Symmetric anchor_ = random_symmetric(order_, 4.0, 12);  // none
  std::unique_ptr<Slack> slack_;
};

TEST_P(SlackTest, SolvesWithTheFactorOfTheMixture) {
  for (const auto& [form, anchor] : {std::pair{0.3, 0.7}, std::pair{-0.01, 1.0}}) {
    const SlackMixture mix = mixture(form, anchor);
    ASSERT_TRUE(slack_->factorise(mix));
    const Matrix B = gaussian(order_, kColumns, 5);
    Matrix Z = B;
    slack_->solve_lower(Z);
    const Matrix half = Z;
    slack_->solve_upper(Z);
    expect_near(times(dense(mix), Z), B, 1e-11 * static_cast<double>(order_));
    // B'N^-1 B = (L^-1 B)'(L^-1 B): the first half alone.
    for (index_t j = 0; j < kColumns; ++j) {
      double direct = 0.0;
      double squares = 0.0;
      for (index_t i = 0; i < order_; ++i) {
        direct += B(i, j) * Z(i, j);
        squares += half(i, j) * half(i, j);
      }
      EXPECT_NEAR(squares, direct, 1e-11 * direct);
    }
  }
}

TEST_P(SlackTest, OneColumnIsSolvedToo) {
  ASSERT_TRUE(slack_->factorise(mixture(0.2, 1.0)));
  const Matrix B = gaussian(order_, 1, 6);
  Matrix Z = B;
  slack_->solve_lower(Z);
  slack_->solve_upper(Z);
  expect_near(times(dense(mixture(0.2, 1.0)), Z), B, 1e-11 * static_cast<double>(order_));
}

// Without an anchor none is read: NaN there does no harm.
TEST_P(SlackTest, AnAnchorOfNoWeightIsNotRead) {
  const std::vector<double> nothing(at(order_ * order_), std::nan(""));
  slack_->set_anchor(nothing);
  SlackMixture mix = mixture(1e-6, 0.0);
  for (double& t : mix.tied) t = 0.1 / static_cast<double>(order_);
  ASSERT_GT(eigenvalues(dense(mix)).front(), 0.0);
  EXPECT_TRUE(slack_->factorise(mix));
  const Matrix B = gaussian(order_, 1, 6);
  Matrix Z = B;
  slack_->solve_lower(Z);
  slack_->solve_upper(Z);
  expect_near(times(dense(mix), Z), B, 1e-9 * static_cast<double>(order_));
}

TEST_P(SlackTest, WhatIsNotPositiveDefiniteIsRefused) {
  ASSERT_LT(eigenvalues(dense(mixture(1.0, 0.0))).front(), 0.0);
  EXPECT_FALSE(slack_->factorise(mixture(1.0, 0.0)));
  EXPECT_TRUE(slack_->factorise(mixture(0.2, 1.0)));  // and the next one is not
}

TEST_P(SlackTest, TheNegativePartIsAllOfIt) {
  const SlackMixture mix = mixture(1.0, 0.05);
  const Matrix N = dense(mix);
  const std::vector<double> spectrum = eigenvalues(N);
  std::size_t negative = 0;
  while (spectrum[negative] < 0.0) ++negative;
  ASSERT_GT(negative, 0U);
  const Curvature found = slack_->negative_part(mix);
  ASSERT_EQ(found.values.size(), negative);
  ASSERT_EQ(found.vectors.size(), negative * at(order_));
  for (std::size_t l = 0; l < negative; ++l) {
    EXPECT_NEAR(found.values[l], spectrum[l], 1e-12 * static_cast<double>(order_));
    Matrix v(order_, 1);
    std::copy_n(found.vectors.begin() + static_cast<std::ptrdiff_t>(l) * order_, order_, v.data.begin());
    const Matrix Nv = times(N, v);
    double square = 0.0;
    for (index_t i = 0; i < order_; ++i) {
      EXPECT_NEAR(Nv(i, 0), found.values[l] * v(i, 0), 1e-12 * static_cast<double>(order_));
      square += v(i, 0) * v(i, 0);
    }
    EXPECT_NEAR(square, 1.0, 1e-12);
  }
  EXPECT_TRUE(slack_->negative_part(mixture(0.0, 1.0)).values.empty());
  EXPECT_TRUE(slack_->factorise(mixture(0.2, 1.0)));
}

TEST_P(SlackTest, NumbersThatAreNoneEndInNothing) {
  std::vector<double> broken = form_.lower;
  broken[1] = std::numeric_limits<double>::infinity();
  slack_->set_form(broken);
  EXPECT_TRUE(slack_->negative_part(mixture(1.0, 0.0)).values.empty());
}

INSTANTIATE_TEST_SUITE_P(All, SlackTest,
                         ::testing::Combine(::testing::Values(BackendKind::cpu,
#if defined(BURELU_CUDA_ON_HOST)
                                                              BackendKind::cuda_on_host,
#endif
                                                              BackendKind::cuda),
                                            ::testing::Values(Size{2, 1}, Size{31, 2}, Size{32, 32}, Size{257, 9},
                                                              Size{520, 5})),
                         [](const ::testing::TestParamInfo<SlackTest::ParamType>& one) {
                           const Size size = std::get<1>(one.param);
                           return "rows" + std::to_string(size.m) + "_features" + std::to_string(size.d) + "_" +
                                  backend_kind_name({std::get<0>(one.param), 0});
                         });

}  // namespace
}  // namespace burelu::test
