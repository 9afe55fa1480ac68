// The kernels against their definition as expectations, and the reference accuracies of both protocols.
#include "study/kernel_regression.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numbers>

#include "burelu/errors.hpp"
#include "study/classification.hpp"
#include "study/protocols.hpp"
#include "support/instances.hpp"
#include "support/shared_data.hpp"

namespace burelu::study {
namespace {

// E over w ~ N(0, I_2) in polar coordinates: w = s (cos t, sin t), E s^2 = 2, and t uniform.
Matrix expected(const Matrix& X, const Matrix& Z, Kernel kernel) {
  constexpr int kSteps = 200000;
  Matrix out(X.rows, Z.rows);
  for (int step = 0; step < kSteps; ++step) {
    const double t = 2.0 * std::numbers::pi * (step + 0.5) / kSteps;
    for (index_t i = 0; i < X.rows; ++i)
      for (index_t j = 0; j < Z.rows; ++j) {
        const double x = X(i, 0) * std::cos(t) + X(i, 1) * std::sin(t);
        const double z = Z(j, 0) * std::cos(t) + Z(j, 1) * std::sin(t);
        if (x <= 0.0 || z <= 0.0) continue;
        const double product = X(i, 0) * Z(j, 0) + X(i, 1) * Z(j, 1);
        out(i, j) += (2.0 * x * z + (kernel == Kernel::ntk ? product : 0.0)) / kSteps;
      }
  }
  return out;
}

TEST(Kernels, AreTheExpectationsThatDefineThem) {
  const Matrix X = test::gaussian(3, 2, 1);
  const Matrix Z = test::gaussian(4, 2, 2);
  for (const Kernel kernel : {Kernel::nngp, Kernel::ntk}) {
    const Matrix closed = kernel_matrix(kernel, X, Z);
    const Matrix numeric = expected(X, Z, kernel);
    for (std::size_t i = 0; i < closed.data.size(); ++i) EXPECT_NEAR(closed.data[i], numeric.data[i], 1e-4);
  }
}

TEST(Kernels, AreZeroWithAZeroRow) {
  const Matrix value = kernel_matrix(Kernel::ntk, Matrix(1, 2), test::gaussian(3, 2, 1));
  for (const double entry : value.data) EXPECT_EQ(entry, 0.0);
}

TEST(KernelRegression, SolvesTheRidgeEquations) {
  const Matrix X = test::gaussian(12, 3, 1);
  const Matrix Y = test::gaussian(12, 2, 2);
  const Matrix K = kernel_matrix(Kernel::nngp, X, X);
  double mean = 0.0;
  for (index_t i = 0; i < 12; ++i) mean += K(i, i) / 12.0;
  // On its training rows f = K a with (K + gamma m I) a = Y, so Y - f = gamma m a and K (Y - f) = gamma m f.
  const Matrix f = KernelRegression(Kernel::nngp, X, Y, 0.3).predict(X);
  for (index_t i = 0; i < 12; ++i)
    for (index_t k = 0; k < 2; ++k) {
      double left = 0.0;
      for (index_t j = 0; j < 12; ++j) left += K(i, j) * (Y(j, k) - f(j, k));
      EXPECT_NEAR(left, 0.3 * mean * f(i, k), 1e-10);
    }
}

TEST(KernelRegression, DoesNotChangeWithTheUnitOfTheFeatures) {
  Matrix X = test::gaussian(10, 3, 1);
  Matrix Z = test::gaussian(5, 3, 2);
  const Matrix Y = test::gaussian(10, 2, 3);
  const Matrix before = KernelRegression(Kernel::ntk, X, Y, 0.1).predict(Z);
  for (double& value : X.data) value *= 1024.0;
  for (double& value : Z.data) value *= 1024.0;
  const Matrix after = KernelRegression(Kernel::ntk, X, Y, 0.1).predict(Z);
  for (std::size_t i = 0; i < before.data.size(); ++i) EXPECT_NEAR(before.data[i], after.data[i], 1e-12);
}

TEST(KernelRegression, SaysWhereThereIsNothingToLearnFrom) {
  EXPECT_THROW(KernelRegression(Kernel::nngp, Matrix(3, 2), Matrix(3, 1), 0.1), DataError);
}

struct Reference {
  const char* dataset;
  double gamma;
  double nngp_paper, nngp_honest, ntk_paper, ntk_honest;
};

// Recomputed independently, without bias (the issue of the studies).
constexpr Reference kReferences[] = {
    {"iris", 0.1, 0.827, 0.960, 0.987, 0.987},         {"ionosphere", 0.1, 0.886, 0.903, 0.886, 0.903},
    {"pima_indians", 0.1, 0.534, 0.724, 0.586, 0.682}, {"bank_notes", 0.1, 0.966, 0.999, 0.983, 0.999},
    {"mnist_pca20", 0.1, 0.858, 0.912, 0.863, 0.916},  {"iris", 0.01, 0.973, 0.973, 0.987, 0.987},
    {"ionosphere", 0.01, 0.886, 0.909, 0.897, 0.920},  {"pima_indians", 0.01, 0.602, 0.693, 0.620, 0.693},
    {"bank_notes", 0.01, 0.983, 1.000, 0.985, 1.000},  {"mnist_pca20", 0.01, 0.879, 0.925, 0.876, 0.924}};

void PrintTo(const Reference& expected, std::ostream* out) { *out << expected.dataset << ", gamma " << expected.gamma; }

class KernelReference : public ::testing::TestWithParam<Reference> {};

TEST_P(KernelReference, IsMetInBothProtocols) {
  const Reference& expected = GetParam();
  BURELU_SHARED_OR_SKIP(path, std::string("data/") + expected.dataset + "_train.csv");
  const Split data = read_split(std::filesystem::path(path).parent_path().string(), expected.dataset, false);
  const auto outputs = [&](Kernel kernel) {
    return KernelRegression(kernel, data.train.X, data.train.Y, expected.gamma).predict(data.test.X);
  };
  const Matrix nngp = outputs(Kernel::nngp);
  const Matrix ntk = outputs(Kernel::ntk);
  EXPECT_NEAR(best_threshold(nngp, data.test.labels).accuracy, expected.nngp_paper, 0.005);
  EXPECT_NEAR(argmax_accuracy(nngp, data.test.labels), expected.nngp_honest, 0.005);
  EXPECT_NEAR(best_threshold(ntk, data.test.labels).accuracy, expected.ntk_paper, 0.005);
  EXPECT_NEAR(argmax_accuracy(ntk, data.test.labels), expected.ntk_honest, 0.005);
}

INSTANTIATE_TEST_SUITE_P(SharedData, KernelReference, ::testing::ValuesIn(kReferences));

}  // namespace
}  // namespace burelu::study
