// The relaxation with cuts: rows of the factor against their definition, weights, and every backend that has them
// against the naive relaxation.
#include "seam/cut_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "relaxation/iteration.hpp"
#include "seam/entry.hpp"
#include "support/backends.hpp"
#include "support/cut_cases.hpp"
#include "support/instances.hpp"
#include "support/naive_relaxation.hpp"

namespace burelu::test {
namespace {

RelaxationData data_with_cuts(index_t n, index_t d, index_t c, int cuts, std::uint64_t seed) {
  const Instance instance = n >= 9 ? degenerate(n, d, c, seed) : teacher(n, d, c, seed);
  const Presolved reduced = presolve(instance.problem());
  Random random(seed);
  return prepare(reduced, random_cuts(random, reduced.X, cuts));
}

TEST(CutRows, AreMultiplesOfTheirCuts) {
  const Instance instance = degenerate(20, 3, 1, 5);
  const Presolved reduced = presolve(instance.problem());
  Random random(5);
  const std::vector<Cut> cuts = random_cuts(random, reduced.X, 9);
  const RelaxationData data = prepare(reduced, cuts);
  ASSERT_EQ(data.cuts.count(), static_cast<index_t>(cuts.size()));
  EXPECT_EQ(data.factor_rows(), 2 * data.m + data.cuts.count());
  const Matrix F = NaiveRelaxation(data, 1.0).factor(random_point(data, 5, 2));
  for (std::size_t t = 0; t < cuts.size(); ++t)
    for (index_t l = 0; l < F.cols; ++l) {
      double s = -F(cuts[t].line, l);
      for (const CutTerm& term : cuts[t].terms) s += term.coefficient * F(term.form, l);
      EXPECT_NEAR(F(2 * data.m + static_cast<index_t>(t), l), data.cuts.scale[t] * s, 1e-12);
      EXPECT_GT(data.cuts.scale[t], 0.0);
    }
}

/// In two dimensions E f g is an integral over the angle of u.
TEST(CutRows, KernelIsTheExpectationOfTheProduct) {
  const RelaxationData data = data_with_cuts(12, 2, 1, 6, 8);
  ASSERT_GE(data.cuts.count(), 4);
  const index_t rows = data.factor_rows();
  Matrix mean(rows, rows);
  constexpr int kAngles = 20000;
  for (int step = 0; step < kAngles; ++step) {
    const double angle = 2.0 * M_PI * (step + 0.5) / kAngles;
    std::vector<double> f = forms_at(data.X, {}, {std::cos(angle), std::sin(angle)});
    for (index_t t = 0; t < data.cuts.count(); ++t) {
      double s = 0.0;
      for (auto p = static_cast<std::size_t>(data.cuts.offset[static_cast<std::size_t>(t)]);
           p < static_cast<std::size_t>(data.cuts.offset[static_cast<std::size_t>(t) + 1]); ++p)
        s += data.cuts.value[p] * f[static_cast<std::size_t>(data.cuts.form[p])];
      f.push_back(s);
    }
    for (index_t i = 0; i < rows; ++i)
      for (index_t j = 0; j < rows; ++j)
        mean(i, j) += f[static_cast<std::size_t>(i)] * f[static_cast<std::size_t>(j)] / kAngles;
  }
  const double unit = pair_kernel(data, 0, 0) / mean(0, 0);
  for (index_t t = 0; t < data.cuts.count(); ++t)
    for (index_t j = 0; j < rows; ++j) {
      EXPECT_NEAR(data.cuts.kernel(t, j), unit * mean(2 * data.m + t, j), 1e-5 * pair_kernel(data, 0, 0));
      const double floor = entry::kCutWeightFloor * data.mean_kernel;
      const double weight = data.mean_kernel / std::max(data.cuts.kernel(t, j), floor);
      EXPECT_NEAR(pair_weight(data, 2 * data.m + t, j), weight, 1e-6 * weight);
    }
}

TEST(CutRows, NoCutsNoRows) {
  const RelaxationData data = prepare(presolve(teacher(9, 2, 1, 3).problem()), {});
  EXPECT_EQ(data.cuts.count(), 0);
  EXPECT_EQ(data.factor_rows(), 2 * data.m);
}

class BackendWithCuts : public ::testing::TestWithParam<BackendKind> {
 protected:
  void SetUp() override { require(GetParam()); }
  std::unique_ptr<Backend> make(const RelaxationData& data, double sigma) {
    BackendOptions options;
    options.memory = 20;
    options.sigma = sigma;
    auto backend = make_backend(GetParam(), data, options);
    Settings settings;
    settings.extrapolate = 0;
    backend->set(settings);
    return backend;
  }
};

Snapshot evaluate(Backend& backend, const Point& z) {
  backend.write_point(z.Shat, z.Ut);
  descend(backend, 1);
  Snapshot s;
  backend.read(s, kGradient);
  return s;
}

double total(const Snapshot& s) { return s.control.value.loss + s.control.value.decay + s.control.value.penalty; }

struct Shape {
  index_t n, d, c;
  int rank, cuts;
};
const Shape kShapes[] = {{5, 2, 1, 3, 1}, {9, 2, 3, 5, 4}, {17, 3, 1, 8, 40}, {33, 4, 2, 1, 31}, {40, 2, 2, 20, 7}};

TEST_P(BackendWithCuts, ValueAndUpdateAreTheirDefinitions) {
  for (const Shape& shape : kShapes) {
    const RelaxationData data = data_with_cuts(shape.n, shape.d, shape.c, shape.cuts, 7);
    ASSERT_GT(data.cuts.count(), 0);
    const double sigma = 0.7;
    NaiveRelaxation naive(data, sigma);
    const auto backend = make(data, sigma);
    Point z = random_point(data, shape.rank, 3);
    for (int round = 0; round < 3; ++round) {
      z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 90 + static_cast<std::uint64_t>(round));
      const Snapshot s = evaluate(*backend, z);
      const double smooth = naive.loss_and_decay(z);
      EXPECT_NEAR(s.control.value.loss + s.control.value.decay, smooth, 1e-9 * smooth) << shape.n;
      EXPECT_NEAR(s.control.value.penalty, naive.penalty(z), 1e-9 * (naive.penalty(z) + 1e-9)) << shape.n;
      update(*backend);
      naive.update(z);
      Snapshot dual;
      backend->read(dual, kDual);
      Matrix seen(data.factor_rows(), data.factor_rows());
      bool of_cuts = false;
      for (const Multiplier& pair : dual.multipliers) {
        EXPECT_GT(pair.i, pair.j);
        EXPECT_FALSE(data.tied(pair.i, pair.j));
        seen(pair.i, pair.j) = seen(pair.j, pair.i) = pair.value;
        of_cuts = of_cuts || pair.i >= 2 * data.m;
      }
      EXPECT_TRUE(of_cuts) << shape.n;
      for (index_t i = 0; i < data.factor_rows(); ++i)
        for (index_t j = 0; j < data.factor_rows(); ++j) {
          if (i != j) {
            EXPECT_NEAR(seen(i, j), naive.T(i, j), 1e-11 * (1.0 + naive.T(i, j))) << i << " " << j;
          }
        }
    }
  }
}

TEST_P(BackendWithCuts, GradientMatchesFiniteDifferences) {
  for (const Shape& shape : kShapes) {
    const RelaxationData data = data_with_cuts(shape.n, shape.d, shape.c, shape.cuts, 11);
    const auto backend = make(data, 0.7);
    Point z = random_point(data, shape.rank, 5);
    z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 21);
    evaluate(*backend, z);
    update(*backend);
    z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 22);
    const Snapshot s = evaluate(*backend, z);
    const Matrix dS = gaussian(z.Shat.rows, z.Shat.cols, 23);
    const Matrix dU = gaussian(z.Ut.rows, z.Ut.cols, 24);
    double slope = 0.0;
    for (std::size_t i = 0; i < dS.data.size(); ++i) slope += dS.data[i] * s.gradient_Shat.data[i];
    for (std::size_t i = 0; i < dU.data.size(); ++i) slope += dU.data[i] * s.gradient_Ut.data[i];
    const auto at = [&](double t) {
      Point moved = z;
      for (std::size_t i = 0; i < dS.data.size(); ++i) moved.Shat.data[i] += t * dS.data[i];
      for (std::size_t i = 0; i < dU.data.size(); ++i) moved.Ut.data[i] += t * dU.data[i];
      return total(evaluate(*backend, moved));
    };
    const double h = 1e-5;
    const double difference = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
    EXPECT_NEAR(difference, slope, 1e-6 * std::fabs(slope)) << "n " << shape.n << " rank " << shape.rank;
  }
}

TEST_P(BackendWithCuts, MultipliersWrittenAreRead) {
  const RelaxationData data = data_with_cuts(20, 3, 2, 25, 13);
  ASSERT_GT(data.factor_rows(), 48);  // tiles of 16: several, and pairs across them
  Random random(3);
  std::uniform_real_distribution<double> uniform(0.1, 1.0);
  std::vector<Multiplier> pairs;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(data.factor_rows()); ++i)
    for (std::int32_t j = 0; j < i; ++j)
      if (!data.tied(i, j) && random() % 3 == 0) pairs.push_back({i, j, uniform(random)});
  const auto backend = make(data, 0.5);
  backend->write_multipliers(pairs);
  Point z = random_point(data, 6, 3);
  z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 4);
  NaiveRelaxation naive(data, 0.5);
  for (const Multiplier& pair : pairs) naive.T(pair.i, pair.j) = naive.T(pair.j, pair.i) = pair.value;
  const Snapshot s = evaluate(*backend, z);
  EXPECT_NEAR(s.control.value.penalty, naive.penalty(z), 1e-9 * naive.penalty(z));
  Snapshot dual;
  backend->read(dual, kDual);
  std::vector<Multiplier> seen = dual.multipliers;
  std::sort(seen.begin(), seen.end(),
            [](const Multiplier& a, const Multiplier& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); });
  ASSERT_EQ(seen.size(), pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    EXPECT_EQ(seen[k].i, pairs[k].i);
    EXPECT_EQ(seen[k].j, pairs[k].j);
    EXPECT_NEAR(seen[k].value, pairs[k].value, 1e-14);
  }
}

TEST_P(BackendWithCuts, WithoutCutsNothingChanges) {
  const Presolved reduced = presolve(degenerate(20, 3, 2, 5).problem());
  const RelaxationData none = prepare(reduced);
  const RelaxationData empty = prepare(reduced, {});
  Snapshot runs[2];
  for (int k = 0; k < 2; ++k) {
    const auto backend = make(k == 0 ? none : empty, 1.0);
    const Point z = random_point(none, 5, 3);
    backend->write_point(z.Shat, z.Ut);
    if (k == 1) backend->write_multipliers({});
    descend(*backend, 20);
    update(*backend);
    backend->read(runs[k], kDual | kPoint);
  }
  EXPECT_EQ(runs[0].Shat.data, runs[1].Shat.data);
  EXPECT_EQ(runs[0].multipliers.size(), runs[1].multipliers.size());
}

INSTANTIATE_TEST_SUITE_P(All, BackendWithCuts, ::testing::ValuesIn(kBackendKinds), backend_kind_name);

}  // namespace
}  // namespace burelu::test
