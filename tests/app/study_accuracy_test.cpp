// burelu study accuracy from the command line, on a data set of two clouds.
#include <gtest/gtest.h>

#include "app/run_program.hpp"
#include "linalg/random.hpp"

namespace burelu::test {
namespace {

std::string clouds(std::uint64_t seed) {
  Random random(seed);
  std::string text = "x0,x1,label\n";
  for (int i = 0; i < 12; ++i)
    text += std::to_string(random.normal() + (i % 2 == 0 ? 2.0 : -2.0)) + "," + std::to_string(random.normal()) + "," +
            std::to_string(i % 2) + "\n";
  return text;
}

const std::string kQuick =
    "study accuracy --data . --datasets clouds --max-evaluations 50 --epochs 20 --threads 1 --out out ";

TEST(StudyAccuracy, WritesARowForEveryMethodAndProtocolAndGoesOn) {
  const ScratchFolder folder;
  folder.write("clouds_train.csv", clouds(1));
  folder.write("clouds_test.csv", clouds(2));
  const Outcome first = run_burelu(folder, kQuick + "--gamma 0.1 --bias no");
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(line_count(folder.read("out/results.csv")), 21U);  // ten methods, two protocols
  EXPECT_NE(folder.read("out/report.html").find("Why the paper"), std::string::npos);
  const Outcome again = run_burelu(folder, kQuick + "--gamma 0.1 --bias no");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(line_count(again.err), 0U) << again.err;  // nothing was left to do
}

TEST(StudyAccuracy, SaysWhichFileIsMissing) {
  const ScratchFolder folder;
  const Outcome outcome = run_burelu(folder, kQuick);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.err.find("clouds_train.csv"), std::string::npos) << outcome.err;
  EXPECT_EQ(run_burelu(folder, kQuick + "--bias perhaps").exit_code, 2);
}

}  // namespace
}  // namespace burelu::test
