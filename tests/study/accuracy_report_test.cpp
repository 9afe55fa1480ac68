// The sections of the accuracy report: every data set and method, means, what is missing.
#include <gtest/gtest.h>

#include <cmath>

#include "study/accuracy.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

Record record(const std::string& dataset, double gamma, const std::string& method, const std::string& protocol,
              double accuracy) {
  Record out = {{"dataset", dataset}, {"gamma", gamma},       {"bias", false},
                {"method", method},   {"protocol", protocol}, {"test_accuracy", accuracy}};
  out["training_threshold_test_accuracy"] = protocol == "paper" ? Record(accuracy - 0.05) : Record(nullptr);
  out["objective"] = method == "NTK" ? Record(nullptr) : Record(2.5);
  out["lower_bound"] = method == "NTK" ? Record(nullptr) : Record(1.25);
  out["evaluations"] = 100;
  out["evaluation_limit"] = 100;
  out["train_rows"] = 50;
  out["test_rows"] = 100;
  return out;
}

std::vector<Record> some_records() {
  return {record("iris", 0.1, "NTK", "honest", 0.9),      record("iris", 0.1, "NTK", "paper", 0.8),
          record("iris", 0.1, "burelu", "honest", 0.875), record("iris", 0.1, "burelu", "paper", 0.85),
          record("iris", 0.01, "NTK", "honest", 0.7),     record("iris", 0.01, "NTK", "paper", 0.6),
          record("pima", 0.1, "NTK", "honest", 0.65),     record("pima", 0.1, "NTK", "paper", 0.55)};
}

class AccuracyReport : public testing::Test {
 protected:
  const test::ScratchFolder folder_;
  const std::vector<Section> sections_ = accuracy_report(some_records(), Plotter(folder_.path("plots")));
};

TEST_F(AccuracyReport, HasASectionPerDataSet) {
  ASSERT_EQ(sections_.size(), 4U);
  EXPECT_EQ(sections_[2].title, "iris");
  EXPECT_EQ(sections_[3].title, "pima");
  for (const char* plot : {"plots/iris_gamma_0.1.gp", "plots/iris_gamma_0.01.gp", "plots/pima_gamma_0.1.gp"})
    EXPECT_TRUE(folder_.has(plot)) << plot;
}

TEST_F(AccuracyReport, ChosenGammasAreOneColumn) {
  std::vector<Record> records = some_records();
  for (const char* dataset : {"iris", "pima"}) {
    records.push_back(record(dataset, dataset[0] == 'i' ? 2.5 : 17.0, "NTK", "honest", 0.5));
    records.back()["chosen_gamma"] = true;
  }
  const std::vector<Section> sections = accuracy_report(records, Plotter(folder_.path("more")));
  EXPECT_NE(sections[2].html.find("γ chosen"), std::string::npos);
  EXPECT_TRUE(folder_.has("more/pima_gamma_chosen.gp"));
  EXPECT_EQ(sections[2].html.find("γ 2.5"), std::string::npos);
}

TEST_F(AccuracyReport, AveragesOverWhatIsThere) {
  const std::string& html = sections_[0].html;
  EXPECT_NE(html.find("80.0 (70.0)"), std::string::npos) << html;  // NTK on iris, both gammas
  EXPECT_NE(html.find("87.5 (85.0)"), std::string::npos) << html;  // burelu: one gamma
  EXPECT_LT(html.find(">burelu<"), html.find(">NTK<"));
}

TEST_F(AccuracyReport, MeasuresTheFlattery) {
  EXPECT_NE(sections_[1].html.find("The threshold alone is worth +5.0 points"), std::string::npos) << sections_[1].html;
}

TEST_F(AccuracyReport, ShowsObjectivesOfNetworksOnlyAndTheLimit) {
  const std::string& html = sections_[2].html;
  const std::string objectives = html.substr(html.find("Training objective"));
  EXPECT_EQ(objectives.find(">NTK<"), std::string::npos) << objectives;
  EXPECT_NE(objectives.find("1.25"), std::string::npos) << objectives;
  EXPECT_NE(objectives.find("100 (limit)"), std::string::npos) << objectives;
}

TEST(AccuracyReportEmpty, HasNothingToSay) {
  const test::ScratchFolder folder;
  EXPECT_TRUE(accuracy_report({}, Plotter(folder.path("plots"))).empty());
}

}  // namespace
}  // namespace burelu::study
