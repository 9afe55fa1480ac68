// Every verb of the relaxation against its definition, over every backend.
#include "seam/backend.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "relaxation/iteration.hpp"
#include "support/backends.hpp"
#include "support/instances.hpp"
#include "support/naive_relaxation.hpp"

namespace burelu::test {
namespace {

class BackendTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  void SetUp() override { require(GetParam()); }
  std::unique_ptr<Backend> make(const RelaxationData& data, double sigma, int memory = 20) {
    BackendOptions options;
    options.memory = memory;
    options.sigma = sigma;
    return make_backend(GetParam(), data, options);
  }
};

// Value of the augmented Lagrangian at a point, through the verbs.
Snapshot evaluate(Backend& backend, const Point& z) {
  backend.write_point(z.Shat, z.Ut);
  list_pairs(backend);
  descend(backend, 1);
  Snapshot s;
  backend.read(s, kGradient);
  return s;
}

double total(const Snapshot& s) { return s.control.value.loss + s.control.value.decay + s.control.value.penalty; }

Settings plain() {
  Settings settings;
  settings.extrapolate = 0;
  return settings;
}

struct Shape {
  index_t n, d, c;
  int rank;
};
const Shape kShapes[] = {{1, 1, 1, 1}, {9, 2, 3, 5}, {16, 3, 1, 8}, {17, 2, 2, 20}, {33, 5, 2, 1}, {70, 4, 3, 33}};

TEST_P(BackendTest, ValueIsItsDefinition) {
  for (const Shape& shape : kShapes) {
    const Instance instance = shape.n >= 9 ? degenerate(shape.n, shape.d, shape.c, 7) : teacher(1, 1, 1, 7);
    const RelaxationData data = prepare(presolve(instance.problem()));
    const double sigma = 0.7;
    NaiveRelaxation naive(data, sigma);
    const auto backend = make(data, sigma);
    backend->set(plain());
    Point z = random_point(data, shape.rank, 3);
    for (int round = 0; round < 3; ++round) {  // T = 0, then T after one and two updates
      const Snapshot s = evaluate(*backend, z);
      const double decay_and_loss = naive.loss_and_decay(z);
      EXPECT_NEAR(s.control.value.loss + s.control.value.decay, decay_and_loss, 1e-9 * decay_and_loss) << shape.n;
      EXPECT_NEAR(s.control.value.penalty, naive.penalty(z), 1e-9 * (naive.penalty(z) + 1e-9)) << shape.n;
      update(*backend);
      naive.update(z);
      z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 90 + static_cast<std::uint64_t>(round));
    }
  }
}

TEST_P(BackendTest, GradientMatchesFiniteDifferences) {
  for (const Shape& shape : kShapes) {
    if (shape.n < 9) continue;
    const Instance instance = degenerate(shape.n, shape.d, shape.c, 11);
    const RelaxationData data = prepare(presolve(instance.problem()));
    const auto backend = make(data, 0.7);
    backend->set(plain());
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
    const double h = 1e-5;  // fourth-order difference: error h^4 and rounding 1e-16 / h
    const double difference = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
    EXPECT_NEAR(difference, slope, 1e-7 * std::fabs(slope)) << "n " << shape.n << " rank " << shape.rank;
  }
}

TEST_P(BackendTest, UpdateWritesTheHingeAndItsSums) {
  const Instance instance = degenerate(40, 3, 2, 31);
  const RelaxationData data = prepare(presolve(instance.problem()));
  const double sigma = 0.3;
  NaiveRelaxation naive(data, sigma);
  const auto backend = make(data, sigma);
  backend->set(plain());
  Point z = random_point(data, 7, 3);
  z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 32);
  evaluate(*backend, z);
  update(*backend);
  naive.update(z);
  z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 33);
  evaluate(*backend, z);
  const Matrix before = naive.T;
  update(*backend);
  naive.update(z);
  Snapshot s;
  backend->read(s, kDual);
  Matrix seen(2 * data.m, 2 * data.m);
  for (const Multiplier& entry : s.multipliers) {
    EXPECT_GT(entry.i, entry.j);
    EXPECT_GE(entry.value, 0.0);
    seen(entry.i, entry.j) = seen(entry.j, entry.i) = entry.value;
  }
  const Matrix F = naive.factor(z);
  double change = 0.0;
  double mass = 0.0;
  double smallest = 0.0;
  double largest = 0.0;
  double shortfall = 0.0;
  for (index_t i = 0; i < 2 * data.m; ++i)
    for (index_t j = 0; j < 2 * data.m; ++j) {
      const double w = naive.weights(i, j);
      const double product = NaiveRelaxation::dot(F, i, j);
      if (i == j) largest = std::fmax(largest, product);
      if (naive.tied(i, j)) continue;
      EXPECT_NEAR(seen(i, j), naive.T(i, j), 1e-11 * (1.0 + naive.T(i, j)));
      change += std::pow(naive.T(i, j) - before(i, j), 2) / w;
      mass += w * product * product;
      smallest = std::fmin(smallest, product);
      shortfall += 0.5 * naive.T(i, j) * std::fmax(-product, 0.0);
    }
  const Dual& dual = s.control.dual;
  EXPECT_NEAR(dual.change, change, 1e-10 * change);
  EXPECT_NEAR(dual.mass, mass, 1e-10 * mass);
  EXPECT_NEAR(dual.violation, -smallest, 1e-10 * -smallest);
  EXPECT_NEAR(dual.shortfall, shortfall, 1e-10 * shortfall);
  EXPECT_NEAR(dual.largest, largest, 1e-10 * largest);
  double inner = 0.0;
  double square = 0.0;
  for (std::size_t k = 0; k < s.E.data.size(); ++k) {
    inner += s.E.data[k] * data.Y.data[k];
    square += s.E.data[k] * s.E.data[k];
  }
  EXPECT_NEAR(s.control.value.dual, -inner - 0.5 * square, 1e-10 * square);
  EXPECT_NEAR(dual.primal, std::sqrt(change / mass) / sigma, 1e-9);
}

TEST_P(BackendTest, MultipliersWrittenAreRead) {
  const RelaxationData data = prepare(presolve(teacher(27, 3, 2, 13).problem()));
  ASSERT_GT(data.factor_rows(), 48);  // several tiles or panels, and pairs across them
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> uniform(0.1, 1.0);
  std::vector<Multiplier> pairs;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(data.factor_rows()); ++i)
    for (std::int32_t j = 0; j < i; ++j)
      if (!data.tied(i, j) && random() % 3 == 0) pairs.push_back({i, j, uniform(random)});
  const auto backend = make(data, 0.5);
  backend->set(plain());
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

TEST_P(BackendTest, TiedPairsNeverCarryAMultiplierAndTheirProductVanishes) {
  const Instance instance = teacher(30, 3, 2, 41);
  const RelaxationData data = prepare(presolve(instance.problem()));
  const auto backend = make(data, 1.0);
  const Point z = random_point(data, 6, 3);
  backend->write_point(z.Shat, z.Ut);
  for (int k = 0; k < 5; ++k) {
    descend(*backend, 20);
    update(*backend);
  }
  Snapshot s;
  backend->read(s, kDual | kFactor);
  EXPECT_FALSE(s.multipliers.empty());
  for (const Multiplier& entry : s.multipliers) EXPECT_NE(entry.i, entry.j + data.m);
  for (index_t k = 0; k < data.m; ++k) {  // <a_k, b_k> with b_k = a_k - U'x_k
    double product = 0.0;
    double size = 0.0;
    for (index_t l = 0; l < s.A.cols; ++l) {
      double p = 0.0;
      for (index_t j = 0; j < data.d; ++j) p += data.X(k, j) * s.U(j, l);
      product += s.A(k, l) * (s.A(k, l) - p);
      size += s.A(k, l) * s.A(k, l) + p * p;
    }
    EXPECT_NEAR(product, 0.0, 1e-13 * size);
  }
}

TEST_P(BackendTest, ReweighKeepsTheMultipliers) {
  const Instance instance = teacher(30, 3, 2, 51);
  const RelaxationData data = prepare(presolve(instance.problem()));
  const auto backend = make(data, 1.0);
  const Point z = random_point(data, 6, 3);
  backend->write_point(z.Shat, z.Ut);
  for (int k = 0; k < 5; ++k) {
    descend(*backend, 20);
    update(*backend);
  }
  Snapshot before;
  Snapshot after;
  backend->read(before, kDual);
  backend->reweigh();
  backend->read(after, kDual);
  ASSERT_EQ(before.multipliers.size(), after.multipliers.size());
  for (std::size_t k = 0; k < before.multipliers.size(); ++k)
    EXPECT_NEAR(before.multipliers[k].value, after.multipliers[k].value, 1e-13 * before.multipliers[k].value);
  EXPECT_EQ(after.control.memory.flush, 1);
  descend(*backend, 1);  // a different function now: the penalty must have changed
  Snapshot moved;
  backend->read(moved, kScalars);
  EXPECT_EQ(moved.control.memory.count, 0);
}

TEST_P(BackendTest, DescentDecreasesTheFunctionAndItsGradient) {
  const Instance instance = degenerate(40, 4, 3, 61);
  const RelaxationData data = prepare(presolve(instance.problem()));
  const auto backend = make(data, 1.0);
  const Point z = random_point(data, 8, 3);
  const Snapshot first = evaluate(*backend, z);
  const double start = total(first);
  double last = start;
  double gradient = 0.0;
  for (int k = 0; k < 40; ++k) {
    descend(*backend, 25);
    Snapshot s;
    backend->read(s, kScalars);
    EXPECT_LE(s.control.value.accepted, last * (1.0 + 1e-12));
    last = s.control.value.accepted;
    gradient = s.control.value.accepted_gradient;
  }
  EXPECT_LT(last, 0.5 * start);
  EXPECT_LT(gradient, 1e-2 * first.control.value.gradient);
}

TEST_P(BackendTest, RepeatsBitwise) {
  const Instance instance = teacher(50, 3, 2, 71);
  const RelaxationData data = prepare(presolve(instance.problem()));
  Snapshot runs[2];
  for (Snapshot& s : runs) {
    const auto backend = make(data, 1.0);
    const Point z = random_point(data, 8, 3);
    backend->write_point(z.Shat, z.Ut);
    for (int k = 0; k < 6; ++k) {
      descend(*backend, 20);
      update(*backend);
    }
    backend->read(s, kDual | kFactor | kPoint);
  }
  EXPECT_EQ(runs[0].A.data, runs[1].A.data);
  EXPECT_EQ(runs[0].Ut.data, runs[1].Ut.data);
  EXPECT_EQ(runs[0].control.value.accepted, runs[1].control.value.accepted);
}

INSTANTIATE_TEST_SUITE_P(All, BackendTest, ::testing::ValuesIn(kBackendKinds), backend_kind_name);

}  // namespace
}  // namespace burelu::test
