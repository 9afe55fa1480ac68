// results.csv and results.json: columns, missing values, what is left out.
#include "study/results.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace burelu::study {
namespace {

TEST(Results, ColumnsAreTheUnionInOrderOfAppearance) {
  const std::vector<Record> records = {{{"instance", "a, b"}, {"value", 0.1}, {"_history", {1, 2}}},
                                       {{"instance", "c"}, {"rank", 8}, {"value", nullptr}}};
  EXPECT_EQ(csv_text(records), "instance,value,rank\n\"a, b\",0.1,\nc,,8\n");
}

TEST(Results, JsonHoldsRecordsCommandsAndFailures) {
  StudyOutcome outcome;
  outcome.total = 2;
  outcome.entries = {{"a", 1.0, {}}};
  outcome.failures = {{"b", "no luck"}};
  const auto json = nlohmann::ordered_json::parse(
      json_text({"tightness", {{"seed", 7}}, {"burelu study"}, {{{"jobs", 3}}}, {{"cpu", "x"}}}, outcome,
                {{{"_history", {1, 2}}}}));
  EXPECT_EQ(json.at("records").at(0).at("_history").size(), 2U);
  EXPECT_EQ(json.at("commands").at(0), "burelu study");
  EXPECT_EQ(json.at("calls").at(0).at("jobs"), 3);
  EXPECT_EQ(json.at("failures").at(0).at("message"), "no luck");
  EXPECT_EQ(json.at("options").at("seed"), 7);
  EXPECT_EQ(json.at("jobs_done"), 1);
  EXPECT_TRUE(json.contains("version"));
}

TEST(Results, FieldsThatAreNotThereAreNaNOrEmpty) {
  const Record record = {{"number", 2.5}, {"text", "t"}, {"nothing", nullptr}};
  EXPECT_EQ(number_of(record, "number"), 2.5);
  EXPECT_TRUE(std::isnan(number_of(record, "nothing")));
  EXPECT_TRUE(std::isnan(number_of(record, "text")));
  EXPECT_EQ(string_of(record, "text"), "t");
  EXPECT_EQ(string_of(record, "absent"), "");
}

}  // namespace
}  // namespace burelu::study
