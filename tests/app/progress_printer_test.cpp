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
  progress.phase = "network";
  progress.network_objective = 9.5;
  EXPECT_NE(progress_line(progress, false).find("network 9.5"), std::string::npos);
  EXPECT_NE(progress_line(progress, true).find("penalty"), std::string::npos);
}

}  // namespace
}  // namespace burelu::app
