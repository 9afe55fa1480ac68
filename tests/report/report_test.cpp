// The report against its contract: fields, order of magnitude of nothing, null for what was not computed.
#include "report/report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "data/builtin.hpp"

namespace burelu {
namespace {

using Json = nlohmann::json;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Json sample_report(const NetworkReport& network = {}) {
  Relaxation relaxation;
  relaxation.status = Status::time_limit;
  relaxation.message = "a \"quoted\" reason";
  relaxation.objective = 2.5;
  relaxation.lower_bound = kNaN;
  relaxation.relative_gap = kNaN;
  relaxation.rank = 4;
  relaxation.history = {{10, 0.5, 2.6, 1e-3, kNaN, 1.0, 4}, {20, 1.0, 2.5, 1e-4, 2.4, 1.3, 4}};
  relaxation.device = "cpu";
  const Dataset data = training_data(generate_builtin("builtin:spiral?n=9"), {{}, {}, {true, true}, {}}).train;
  const ReportContext context{"burelu bound x", 0.1, 0.25, 1.5, 7};
  return Json::parse(report_text(context, data, relaxation, Seconds{}, network));
}

TEST(Report, HasEveryFieldOfTheContract) {
  const Json report = sample_report();
  EXPECT_EQ(report.at("status"), "time_limit");
  EXPECT_EQ(report.at("message"), "a \"quoted\" reason");
  EXPECT_EQ(report.at("problem").at("n"), 9);
  EXPECT_EQ(report.at("problem").at("d"), 3);
  EXPECT_EQ(report.at("problem").at("c"), 3);
  EXPECT_EQ(report.at("problem").at("gamma"), 0.1);
  EXPECT_EQ(report.at("problem").at("bias"), true);
  EXPECT_EQ(report.at("problem").at("standardized"), true);
  for (const char* field : {"zero_rows", "merged_rows", "constant_loss"})
    EXPECT_TRUE(report.at("problem").at("presolve").contains(field)) << field;
  for (const char* field :
       {"objective", "infeasibility", "lower_bound", "relative_gap", "rank", "evaluations", "outer_iterations"})
    EXPECT_TRUE(report.at("relaxation").contains(field)) << field;
  for (const char* field : {"load", "presolve", "solve", "certify", "extract", "total"})
    EXPECT_TRUE(report.at("seconds").at(field).is_number()) << field;
  for (const char* field : {"version", "device", "threads", "seed"})
    EXPECT_TRUE(report.at("environment").contains(field)) << field;
  EXPECT_EQ(report.at("environment").at("seed"), 7);
}

TEST(Report, WhatWasNotComputedIsNull) {
  const Json report = sample_report();
  EXPECT_TRUE(report.at("relaxation").at("lower_bound").is_null());
  for (const char* field : {"objective", "width", "relative_gap", "train_accuracy"})
    EXPECT_TRUE(report.at("network").at(field).is_null()) << field;
  EXPECT_TRUE(report.at("history").at(0).at("lower_bound").is_null());
  EXPECT_EQ(report.at("history").at(1).at("lower_bound"), 2.4);
  EXPECT_EQ(report.at("history").at(1).at("evaluations"), 20);
}

TEST(Report, NetworkNumbersAreThere) {
  NetworkReport network;
  network.objective = 3.0;
  network.width = 0;
  const Json report = sample_report(network);
  EXPECT_EQ(report.at("network").at("objective"), 3.0);
  EXPECT_EQ(report.at("network").at("width"), 0);
}

TEST(Report, SaysWhatTheDataAreAndHowTheyWerePrepared) {
  const Json problem = sample_report().at("problem");
  EXPECT_EQ(problem.at("class_counts"), (std::vector<int>{3, 3, 3}));
  EXPECT_EQ(problem.at("coding"), "one-hot");
  EXPECT_TRUE(problem.at("constant_features").empty());
  EXPECT_TRUE(problem.at("split").is_null());
  EXPECT_TRUE(sample_report().at("held_out").is_null());
}

}  // namespace
}  // namespace burelu
