// The words of a progress line.
#include "app/progress_printer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace burelu::app {
namespace {

TEST(ProgressLine, ShowsWhatIsKnownAndDashesForTheRest) {
  Progress progress;
  progress.evaluations = 1200;
  progress.objective = 8.0;
  progress.lower_bound = std::numeric_limits<double>::quiet_NaN();
  progress.network_objective = std::numeric_limits<double>::quiet_NaN();
  progress.phase = "solve";
  progress.rank = 7;
  const std::string before = progress_line(progress, false);
  EXPECT_NE(before.find("1200 evals"), std::string::npos);
  EXPECT_NE(before.find("bound          -  gap        -"), std::string::npos) << before;
  EXPECT_EQ(before.find("nan"), std::string::npos);
  progress.lower_bound = 6.0;
  EXPECT_NE(progress_line(progress, false).find("gap  2.5e-01"), std::string::npos);
  EXPECT_EQ(progress_line(progress, false).find("network"), std::string::npos);
  EXPECT_NE(progress_line(progress, true).find("penalty"), std::string::npos);
}

TEST(ProgressLine, TheGapIsSaidWhereTheObjectiveMeansSomething) {
  Progress progress;
  progress.phase = "solve";
  progress.objective = 8.0;
  progress.lower_bound = 6.0;
  const auto says = [&](const char* words) { return progress_line(progress, false).find(words) != std::string::npos; };
  progress.infeasibility = 5e-2;
  EXPECT_TRUE(says("gap        -  infeasible  5.0e-02"));
  progress.infeasibility = 5e-3;
  EXPECT_TRUE(says("gap  2.5e-01"));
  progress.lower_bound = 8.08;
  EXPECT_TRUE(says("gap        -")) << progress_line(progress, false);
  progress.infeasibility = 5e-4;
  EXPECT_TRUE(says("gap ~1.0e-02")) << progress_line(progress, false);
}

TEST(ProgressLine, OfBranchAndBoundHasNoFactor) {
  Progress progress;
  progress.phase = "branch";
  progress.evaluations = 4819;
  progress.objective = 8.0;
  progress.lower_bound = 6.0;
  progress.infeasibility = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(progress_line(progress, false),
            "   4819 cells     0.00 s  objective          8  bound          6  gap  2.5e-01");
}

TEST(ProgressLine, OfANetworkSaysWhatChangesAlone) {
  Progress progress;
  progress.phase = "network";
  progress.seconds = 1.5;
  progress.objective = 6.1;
  progress.lower_bound = 6.0;
  progress.network_objective = 8.0;
  EXPECT_EQ(progress_line(progress, false),
            "      network     1.50 s  objective          8  at most 25 % above the best");
  progress.lower_bound = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(progress_line(progress, false), "      network     1.50 s  objective          8");
}

Progress network_check(double objective) {
  Progress progress;
  progress.phase = "network";
  progress.network_objective = objective;
  return progress;
}

TEST(ProgressThrottle, PipeSeesEveryCheckOfTheSolve) {
  ProgressThrottle throttle(false);
  Progress progress;
  progress.phase = "solve";
  for (int k = 0; k < 5; ++k) EXPECT_TRUE(throttle.due(progress, 1e-3 * k));
}

// A day of checks in a pipe: all of the first, then lines by decades of evaluations, and signs of life.
TEST(ProgressThrottle, PipeThinsOutOnLongRuns) {
  ProgressThrottle throttle(false);
  Progress progress;
  progress.phase = "solve";
  int lines = 0;
  for (int k = 0; k < 100000; ++k) {
    progress.evaluations = 116 * (k + 1);
    if (throttle.due(progress, 0.01 * k)) ++lines;
  }
  EXPECT_GE(lines, 50);
  EXPECT_LE(lines, 150);
}

TEST(ProgressThrottle, SlowChecksAreHeldBackForTenPercentOfTheTime) {
  ProgressThrottle throttle(false);
  Progress progress;
  progress.phase = "solve";
  int lines = 0;
  for (int k = 0; k < 5000; ++k) {
    progress.evaluations = 1000000 + k;  // hardly move
    if (throttle.due(progress, 20.0 * k)) ++lines;
  }
  EXPECT_GE(lines, 30);
  EXPECT_LE(lines, 120);
}

TEST(ProgressThrottle, ANewPhaseStartsAgain) {
  ProgressThrottle throttle(false);
  Progress progress;
  progress.evaluations = 5000;
  progress.phase = "solve";
  for (int k = 0; k < 100; ++k) throttle.due(progress, 1e-3 * k);
  EXPECT_FALSE(throttle.due(progress, 0.2));
  progress.phase = "branch";
  EXPECT_TRUE(throttle.due(progress, 0.21));
}

// The best network creeps down for hours, by more than 1e-4 each time.
TEST(ProgressThrottle, NetworksThinOutToo) {
  ProgressThrottle throttle(false);
  int lines = 0;
  double best = 1e9;
  for (int k = 0; k < 50000; ++k) lines += throttle.due(network_check(best *= 0.9998), 0.1 * k) ? 1 : 0;
  EXPECT_GE(lines, 20);
  EXPECT_LE(lines, 150);
}

TEST(ProgressThrottle, PipeSeesBetterNetworksAndOneCheckASecond) {
  ProgressThrottle throttle(false);
  EXPECT_TRUE(throttle.due(network_check(10.0), 5.0));
  EXPECT_FALSE(throttle.due(network_check(10.0), 5.1));
  EXPECT_FALSE(throttle.due(network_check(9.9995), 5.2));  // by less than 1e-4
  EXPECT_TRUE(throttle.due(network_check(9.998), 5.3));
  EXPECT_FALSE(throttle.due(network_check(9.998), 6.2));
  EXPECT_TRUE(throttle.due(network_check(9.998), 6.3));
}

TEST(ProgressThrottle, TerminalIsDrawnTenTimesASecond) {
  ProgressThrottle throttle(true);
  int drawn = 0;
  for (int k = 0; k < 1000; ++k) drawn += throttle.due(network_check(1000.0 - k), 1e-3 * k) ? 1 : 0;
  EXPECT_GE(drawn, 9);
  EXPECT_LE(drawn, 11);
}

TEST(ReadingLine, SaysHowFar) {
  EXPECT_EQ(reading_line("a.csv", 512'000'000, 1'024'000'000), "reading a.csv: 512 of 1024 MB");
  EXPECT_EQ(reading_line("pipe", 3'000'000, 0), "reading pipe: 3 MB");
}

}  // namespace
}  // namespace burelu::app
