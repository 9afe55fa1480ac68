// A study from end to end: its files, going on where it stopped, results of an interrupted one.
#include "study/study.hpp"

#include <gtest/gtest.h>

#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

Study two_jobs(int& runs) {
  const auto run = [&runs] {
    ++runs;
    return std::vector<Record>{{{"instance", "x<y"}, {"value", runs}}};
  };
  Study study{"tightness", "Title", {{"seed", 0}}, {{"a", "a", 1.0, run}, {"b", "b", 1.0, run}}, {}, {}};
  study.complete = [](std::vector<Record>& records) {
    for (Record& record : records) record["of"] = records.size();
  };
  study.report = [](const std::vector<Record>& records, const Plotter&) {
    return std::vector<Section>{{"Section", paragraph(std::to_string(records.size()) + " records")}};
  };
  return study;
}

TEST(Study, WritesItsFilesAndRunsNothingTwice) {
  const test::ScratchFolder folder;
  int runs = 0;
  const Study study = two_jobs(runs);
  const StudyRun run{folder.path("new/out"), "burelu study <now>", {}};
  EXPECT_TRUE(run_study(study, run).complete());
  EXPECT_TRUE(run_study(study, run).complete());
  EXPECT_EQ(runs, 2);
  const auto json = nlohmann::json::parse(folder.read("new/out/results.json"));
  ASSERT_EQ(json.at("calls").size(), 1U);  // the second call had nothing to do
  EXPECT_EQ(json.at("calls").at(0).at("jobs"), 2);
  EXPECT_GE(json.at("calls").at(0).at("processor_seconds").get<double>(), 0.0);
  EXPECT_EQ(folder.read("new/out/results.csv"), "instance,value,of\nx<y,1,2\nx<y,2,2\n");
  const std::string report = folder.read("new/out/report.html");
  for (const char* part : {"<h1>Title</h1>", "2 records", "burelu study &lt;now&gt;"})
    EXPECT_NE(report.find(part), std::string::npos) << part;
  EXPECT_EQ(report.find("Not complete"), std::string::npos);
}

TEST(Study, AnInterruptedOneWritesWhatIsDone) {
  const test::ScratchFolder folder;
  int runs = 0;
  const Study study = two_jobs(runs);
  StudyRun run{folder.path("out"), "c", {}};
  run.runner.keep_going = [&runs] { return runs == 0; };
  EXPECT_TRUE(run_study(study, run).interrupted);
  EXPECT_EQ(folder.read("out/results.csv"), "instance,value,of\nx<y,1,1\n");
  EXPECT_NE(folder.read("out/report.html").find("Not complete: 1 of 2 jobs are done"), std::string::npos);
  run.runner.keep_going = {};
  EXPECT_TRUE(run_study(study, run).complete());
  EXPECT_EQ(runs, 2);
}

}  // namespace
}  // namespace burelu::study
