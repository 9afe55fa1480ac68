// What training may cost: never more than its budget allows, less where little is gained.
#include "network/schedule.hpp"

#include <gtest/gtest.h>

#include "support/devices.hpp"

namespace burelu {
namespace {

using test::processor;

TrainingProblem of_size(index_t n, index_t d, index_t c) {
  TrainingProblem problem;
  problem.X = Matrix(n, d);
  problem.Y = Matrix(n, c);
  return problem;
}

double widest_flops(const TrainingProblem& problem, const Schedule& plan) {
  return training_flops(problem, plan.width, OutputWeights::eliminated);
}

TEST(Schedule, SmallProblemsHaveWideNetworksAndManyStarts) {
  const Schedule plan = schedule(processor(), of_size(75, 4, 3), {}, 0);
  EXPECT_EQ(plan.width, 400);
  EXPECT_EQ(plan.starts, 4);
  EXPECT_EQ(plan.passes, 100);
  EXPECT_TRUE(plan.side_by_side);
}

TEST(Schedule, OfManyRowsAThousandEvaluationsFitIntoTheBudget) {
  double before = 0.0;
  for (const index_t n : {20'000, 100'000, 1'000'000}) {
    const TrainingProblem problem = of_size(n, 10, 3);
    const Schedule plan = schedule(processor(), problem, {}, 0);
    EXPECT_GE(plan.width, 30) << n;
    EXPECT_LE(1000.0 * widest_flops(problem, plan), 1.1 * plan.most.flops) << n;
    const double starts =
        plan.starts * 6.0 * plan.passes * training_flops(problem, plan.start_width, OutputWeights::eliminated);
    EXPECT_LE(starts, 0.4 * plan.most.flops) << n;
    EXPECT_GT(plan.most.flops, before);
    before = plan.most.flops;
  }
  // Passes over all pairs grow a hundredfold from one to the other.
  const auto flops = [](index_t n) { return schedule(processor(), of_size(n, 10, 3), {}, 0).most.flops; };
  EXPECT_LE(flops(100'000), 4.0 * flops(10'000));
}

// Of many rows a network does not cost more than its bound; of few it may.
TEST(Schedule, TrainingOfManyRowsFollowsTheSolve) {
  const auto flops = [](index_t n, double solve) {
    return schedule(processor(), of_size(n, 10, 3), {}, 0, solve).most.flops;
  };
  EXPECT_EQ(flops(10'000, 6e11), 6e11);
  EXPECT_EQ(flops(100'000, 1e12), 1e12);
  EXPECT_EQ(flops(10'000, 1e15), flops(10'000, 0.0));
  EXPECT_EQ(flops(1'000, 1e9), flops(1'000, 0.0));
  EXPECT_GT(flops(10'000, 1.0), 1e11);  // a solve that was cut short
}

TEST(Schedule, WhatTheCallerAsksForIsDone) {
  TrainOptions options;
  options.width = 300;
  const TrainingProblem large = of_size(100'000, 10, 3);
  EXPECT_EQ(schedule(processor(), large, options, 0).width, 300);
  const Schedule limited = schedule(processor(), large, {}, 900);
  EXPECT_EQ(limited.most.evaluations, 900);
  EXPECT_FALSE(limited.hopeless(3, 1e30)) << "only evaluations count";
  options.starts = 7;
  options.polish_iterations = 60;
  const Schedule asked = schedule(processor(), large, options, 0);
  EXPECT_EQ(asked.starts, 7);
  EXPECT_EQ(asked.passes, 10);
}

TEST(Schedule, RoundsThatGainLittleEndTheTraining) {
  const Schedule plan = schedule(processor(), of_size(10'000, 10, 3), {}, 0);
  EXPECT_LT(plan.idle_gain(0.0), plan.idle_gain(0.2 * plan.most.flops));
  EXPECT_FALSE(plan.hopeless(1, 1e9));
  EXPECT_TRUE(plan.hopeless(4, 1e9));
  EXPECT_TRUE(plan.hopeless(1, 0.2 * plan.most.flops));
}

}  // namespace
}  // namespace burelu
