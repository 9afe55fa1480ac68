// The study of gamma on a small data set: a record for each gamma and engine, a report with its picture.
#include "study/regularisation.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/instances.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

using burelu::test::gaussian;

void write_half(const std::string& path, std::uint64_t seed) {
  const Matrix X = gaussian(40, 2, seed);
  std::ofstream file(path);
  file << "a,b,constant,label\n";
  for (index_t i = 0; i < X.rows; ++i)
    file << 10.0 + 3.0 * X(i, 0) << ',' << X(i, 1) << ",7," << (X(i, 0) * X(i, 1) > 0.0 ? 1 : 0) << '\n';
}

TEST(Regularisation, RecordsBothEnginesAndReportsThem) {
  const burelu::test::ScratchFolder folder;
  write_half(folder.path("checks_train.csv"), 1);
  write_half(folder.path("checks_test.csv"), 2);
  RegularisationOptions options;
  options.data = folder.path();
  options.datasets = {"checks"};
  options.gammas = 5;
  options.folds = 3;
  const std::vector<Job> jobs = regularisation_jobs(options);
  ASSERT_EQ(jobs.size(), 2U);
  std::vector<Record> records;
  for (const Job& job : jobs)
    for (const Record& record : job.run()) records.push_back(record);
  ASSERT_EQ(records.size(), 10U);
  int chosen = 0;
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_EQ(records[k].at("method"), "branch");
    EXPECT_EQ(records[5 + k].at("method"), "relaxation");
    EXPECT_EQ(records[k].at("gamma"), records[5 + k].at("gamma"));
    EXPECT_LE(records[k].at("bound").get<double>(), records[k].at("network").get<double>());
    chosen += records[k].at("best") == true ? 1 : 0;
  }
  EXPECT_EQ(chosen, 1);
  EXPECT_EQ(records[0].at("share"), 1.0);
  const std::vector<Section> report = regularisation_report(records, Plotter(folder.path("plots")));
  ASSERT_EQ(report.size(), 3U);
  EXPECT_NE(report[1].html.find("hindsight"), std::string::npos);
  EXPECT_TRUE(std::ifstream(folder.path("plots/gamma.gp")).good());
}

TEST(Regularisation, StandardisesByTheTrainingRowsAlone) {
  Split split;
  split.train.X = Matrix(2, 2, 5.0);
  split.train.X(0, 0) = 1.0;
  split.train.X(1, 0) = 3.0;
  split.test.X = Matrix(1, 2, 9.0);
  const Split out = standardised_with_bias(split);
  EXPECT_EQ(out.train.X(0, 0), -1.0);
  EXPECT_EQ(out.train.X(1, 0), 1.0);
  EXPECT_EQ(out.test.X(0, 0), 7.0);
  EXPECT_EQ(out.test.X(0, 1), 0.0);
  EXPECT_EQ(out.train.X(1, 2), 1.0);
}

}  // namespace
}  // namespace burelu::study
