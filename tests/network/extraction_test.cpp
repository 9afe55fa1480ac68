// Training networks: known optima, never worse than multi-start training, determinism, the values seen on real data.
#include "network/extraction.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "cpu/cpu_training.hpp"
#include "linalg/row_space.hpp"
#include "network/extraction_starts.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"
#include "support/shared_data.hpp"

namespace burelu {
namespace {

using test::gaussian;
using test::Instance;
using test::processor;

Network trained(const Problem& problem, const TrainOptions& options = {}, const TrainingBudget& budget = {}) {
  std::int64_t evaluations = 0;
  return train_network(processor(), problem, nullptr, options, budget, evaluations);
}

// One sample: 1/2 ||s x - y||^2 + g s with s = |u||v||x|/|x| is least at s = |y| - g/|x|, value g|y|/|x| -
// g^2/(2|x|^2).
TEST(Extraction, OneSampleIsSolvedExactly) {
  for (const double gamma : {0.1, 2.0, 100.0}) {
    const Instance instance{gaussian(1, 3, 1), gaussian(1, 4, 2), gamma};
    double x = 0.0, y = 0.0;
    for (const double value : instance.X.data) x += value * value;
    for (const double value : instance.Y.data) y += value * value;
    const double ratio = gamma / std::sqrt(x);
    const double expected = ratio >= std::sqrt(y) ? 0.5 * y : ratio * std::sqrt(y) - 0.5 * ratio * ratio;
    const Network network = trained(instance.problem());
    EXPECT_NEAR(objective(instance.problem(), network), expected, 1e-9 * expected);
    if (gamma == 100.0) {
      EXPECT_EQ(network.width(), 0);
    }
  }
}

// d = 1: all neurons are u > 0 or u < 0; each side is least squares with a penalty on the norm of one slope vector w:
// 1/2 sum ||x w - y||^2 + g ||w||, w = q (||q|| - g)_+ / (||q|| s), q = sum |x| y, s = sum x^2.
TEST(Extraction, OneFeatureIsSolvedExactly) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Instance instance{gaussian(9, 1, seed), gaussian(9, 2, seed + 50), 0.3};
    double expected = 0.0;
    for (const double side : {1.0, -1.0}) {
      double s = 0.0, half = 0.0, q[2] = {0.0, 0.0};
      for (index_t i = 0; i < 9; ++i) {
        const double x = side * instance.X(i, 0);
        if (x <= 0.0) continue;
        s += x * x;
        for (index_t j = 0; j < 2; ++j) {
          q[j] += x * instance.Y(i, j);
          half += 0.5 * instance.Y(i, j) * instance.Y(i, j);
        }
      }
      const double shrunk = std::max(std::hypot(q[0], q[1]) - instance.gamma, 0.0);
      expected += half - (s > 0.0 ? 0.5 * shrunk * shrunk / s : 0.0);
    }
    EXPECT_NEAR(objective(instance.problem(), trained(instance.problem())), expected, 1e-7 * expected);
  }
}

TEST(Extraction, ZeroDataNeedNoNeurons) {
  const Matrix X = gaussian(5, 2, 1);
  const Matrix zero_X(5, 2);
  const Matrix Y = gaussian(5, 3, 2);
  const Matrix zero_Y(5, 3);
  EXPECT_EQ(trained({X, zero_Y, 0.1}).width(), 0);
  const Network none = trained({zero_X, Y, 0.1});
  EXPECT_EQ(none.width(), 0);
  EXPECT_EQ(none.U.rows, 2);
  EXPECT_EQ(none.V.rows, 3);
}

double multi_start(const Problem& problem, index_t width, std::int64_t evaluations, OutputWeights output) {
  const NormalisedProblem normalised = normalise(problem);
  CpuTraining backend(normalised.problem, 20, 1);
  Watch watch({});
  double best = kInfinity;
  for (std::uint64_t seed = 0; watch.evaluations() < evaluations; ++seed) {
    const Network start = starting_network(StartKind::random, normalised.problem, nullptr, width, seed);
    best = std::min(best, polish(backend, normalised.problem, start, {output, 0.0, 500}, watch).objective);
  }
  return best * normalised.y_scale * normalised.y_scale;
}

// Training ends in one of many minima, a different one where numbers are rounded differently: one may be a little
// worse, all together may not.
TEST(Extraction, NeverWorseThanMultiStartTrainingWithTheSameWork) {
  double ahead = 0.0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Instance instance = test::degenerate(20, 2 + static_cast<index_t>(seed % 3), 2, seed, 0.02);
    TrainingBudget budget;
    budget.max_evaluations = 3000;
    const double mine = objective(instance.problem(), trained(instance.problem(), {}, budget));
    for (const auto output : {OutputWeights::free, OutputWeights::eliminated}) {
      const double theirs = multi_start(instance.problem(), 50, 3000, output);
      EXPECT_LE(mine, theirs * 1.005) << seed;
      ahead += theirs / mine - 1.0;
    }
  }
  EXPECT_GT(ahead, 0.0);
}

TEST(Extraction, BestIsMonotoneAndTheStopIsObeyed) {
  const Instance instance = test::teacher(30, 3, 2, 3, 0.01);
  TrainingBudget budget;
  double last = kInfinity;
  std::int64_t seen = 0;
  budget.keep_going = [&](std::int64_t evaluations, double best) {
    EXPECT_LE(best, last);
    EXPECT_GE(evaluations, seen);
    last = best;
    seen = evaluations;
    return evaluations < 3000;
  };
  std::int64_t evaluations = 0;
  const Network network = train_network(processor(), instance.problem(), nullptr, {}, budget, evaluations);
  EXPECT_LE(objective(instance.problem(), network), last * (1.0 + 1e-12));
  EXPECT_GE(evaluations, 3000);
  EXPECT_LT(evaluations, 4000);
}

TEST(Extraction, IsDeterministicAndHonoursTheWidth) {
  const Instance instance = test::teacher(30, 3, 2, 3, 0.01);
  TrainOptions options;
  options.width = 6;
  options.starts = 2;
  options.polish_iterations = 120;
  const Network first = trained(instance.problem(), options);
  const Network second = trained(instance.problem(), options);
  EXPECT_EQ(first.U.data, second.U.data);
  EXPECT_EQ(first.V.data, second.V.data);
  EXPECT_LE(first.width(), 6);
  options.solve.seed = 1;
  EXPECT_NE(trained(instance.problem(), options).U.data, first.U.data);
}

TEST(Extraction, ScalingTheDataScalesTheNetwork) {
  const Instance instance = test::teacher(20, 3, 2, 3, 0.05);
  Instance scaled = instance;
  for (double& x : scaled.X.data) x *= 1024.0;
  for (double& y : scaled.Y.data) y *= 0.25;
  scaled.gamma *= 256.0;
  const double value = objective(instance.problem(), trained(instance.problem()));
  EXPECT_NEAR(objective(scaled.problem(), trained(scaled.problem())), value / 16.0, 1e-9 * value);
}

// A factor whose columns are the neurons of a network: its start by columns reaches that network.
TEST(Extraction, StartsFromTheFactor) {
  const Instance instance = test::teacher(25, 3, 2, 3, 0.05);
  const Network network = trained(instance.problem());
  const Matrix hidden = [&] {
    Matrix A(25, network.width());
    for (index_t i = 0; i < A.rows; ++i)
      for (index_t j = 0; j < A.cols; ++j) {
        for (index_t l = 0; l < 3; ++l) A(i, j) += instance.X(i, l) * network.U(l, j);
        A(i, j) = std::max(A(i, j), 0.0);
      }
    return A;
  }();
  const Factor factor{hidden, network.U, network.V};
  const TrainingProblem problem = normalise(instance.problem()).problem;
  const Network columns = starting_network(StartKind::columns, problem, &factor, 10, 0);
  EXPECT_EQ(columns.width(), 2 * network.width());
  for (const auto kind : {StartKind::rotate, StartKind::gauss, StartKind::random}) {
    const Network start = starting_network(kind, problem, &factor, 40, 0);
    EXPECT_GE(start.width(), 40);
    EXPECT_TRUE(std::isfinite(training_objective(problem, start)));
  }
  std::int64_t evaluations = 0;
  TrainOptions options;
  options.starts = 5;
  const Network again = train_network(processor(), instance.problem(), &factor, options, {}, evaluations);
  EXPECT_LE(objective(instance.problem(), again), objective(instance.problem(), network) * (1.0 + 1e-3));
}

/// The best of many runs of several methods, and how far one run may stay behind: another minimum where numbers are
/// rounded differently.
struct Seen {
  const char* file;
  double gamma;
  double best, behind;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << seen.file << " at gamma " << seen.gamma << ", best " << seen.best;
}

class SeenValues : public ::testing::TestWithParam<Seen> {};

Instance load(const std::string& path, double gamma) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const bool labels = line.find("label") != std::string::npos;
  index_t d = 0;
  for (std::size_t at = line.find('x'); at != std::string::npos; at = line.find('x', at + 1)) ++d;
  std::vector<std::vector<double>> rows;
  double classes = 0.0;
  while (std::getline(file, line)) {
    std::stringstream fields(line);
    std::vector<double> row;
    for (std::string field; std::getline(fields, field, ',');) row.push_back(std::stod(field));
    if (row.size() > static_cast<std::size_t>(d)) rows.push_back(row);
    if (labels) classes = std::max(classes, rows.back().back() + 1.0);
  }
  const auto n = static_cast<index_t>(rows.size());
  const index_t c = labels ? static_cast<index_t>(classes) : static_cast<index_t>(rows.front().size()) - d;
  Instance out{Matrix(n, d), Matrix(n, c), gamma};
  for (index_t i = 0; i < n; ++i) {
    const auto& row = rows[static_cast<std::size_t>(i)];
    std::copy_n(row.begin(), d, out.X.row(i));
    if (labels) {
      out.Y(i, static_cast<index_t>(row.back())) = 1.0;
    } else {
      std::copy(row.begin() + d, row.end(), out.Y.row(i));
    }
  }
  return out;
}

TEST_P(SeenValues, AreReached) {
  const Seen& seen = GetParam();
  BURELU_SHARED_OR_SKIP(path, std::string("data/") + seen.file);
  const Instance instance = load(path, seen.gamma);
  EXPECT_LE(objective(instance.problem(), trained(instance.problem())), seen.best * (1.0 + seen.behind));
}

INSTANTIATE_TEST_SUITE_P(SharedData, SeenValues,
                         ::testing::Values(Seen{"randomized/randomized_00.csv", 0.1, 8.9023, 0.003},
                                           Seen{"randomized/randomized_00.csv", 0.01, 1.0306, 0.003},
                                           Seen{"randomized/randomized_01.csv", 0.1, 7.6781, 0.003},
                                           Seen{"spiral.csv", 0.1, 16.5930, 0.001},
                                           Seen{"spiral.csv", 0.01, 15.1556, 0.001},
                                           Seen{"iris_train.csv", 0.1, 2.5312, 0.03}));

// Weights of what the data say nothing about are zero: columns of zeros, directions outside the row space.
TEST(Extraction, ManyFeaturesTrainInTheRowSpace) {
  test::Instance instance{test::gaussian(6, 5000, 4), test::gaussian(6, 2, 5), 0.5};
  for (index_t i = 0; i < 6; ++i) instance.X(i, 77) = 0.0;
  TrainOptions options;
  options.width = 8;
  std::int64_t evaluations = 0;
  TrainingBudget budget;
  budget.max_evaluations = 300;
  const Network network = train_network(processor(), instance.problem(), nullptr, options, budget, evaluations);
  ASSERT_EQ(network.U.rows, 5000);
  ASSERT_GT(network.width(), 0);
  for (index_t j = 0; j < network.width(); ++j) EXPECT_EQ(network.U(77, j), 0.0);
  const double zero = objective(instance.problem(), {Matrix(5000, 0), Matrix(2, 0)});
  EXPECT_LT(objective(instance.problem(), network), 0.5 * zero);

  const RowSpace space = row_space(instance.X);
  const Matrix inside = from_row_space(space.Q, into_row_space(space.Q, network.U));
  for (std::size_t k = 0; k < inside.data.size(); ++k) ASSERT_NEAR(inside.data[k], network.U.data[k], 1e-10);
}

}  // namespace
}  // namespace burelu
