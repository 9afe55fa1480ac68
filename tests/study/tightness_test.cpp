// The tightness study: all methods on a tiny instance, the gap's parts, known optima.
#include "study/tightness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "burelu/errors.hpp"
#include "data/formats.hpp"
#include "study/instance.hpp"
#include "study/results.hpp"
#include "support/scratch_folder.hpp"
#include "support/shared_data.hpp"

namespace burelu::study {
namespace {

using test::message_of;
using test::ScratchFolder;

std::vector<Record> run_all(const TightnessOptions& options) {
  std::vector<Record> records;
  for (const Job& job : tightness_jobs(options))
    for (Record& record : job.run()) records.push_back(std::move(record));
  complete_tightness(records);
  return records;
}

TightnessOptions quick(const std::string& dataset) {
  TightnessOptions options;
  options.datasets = {dataset};
  options.gammas = {0.1};
  options.tolerance = 1e-3;
  options.epochs = 300;
  options.starts = 2;
  options.baseline_seconds = 0.5;
  return options;
}

TEST(Tightness, NoMethodIsBelowTheBound) {
  int optima = 0;
  for (const char* dataset : {"builtin:teacher?n=8&d=2&c=2&seed=1", "builtin:blobs?n=9&d=3&classes=2&seed=2"}) {
    TightnessOptions options = quick(dataset);
    options.patterns = 8;
    const std::vector<Record> records = run_all(options);
    const double bound = number_of(records.front(), "lower_bound");
    ASSERT_GT(bound, 0.0);
    for (const std::string& method : tightness_methods())
      EXPECT_TRUE(std::any_of(records.begin(), records.end(), [&](const Record& record) {
        return string_of(record, "method") == method;
      })) << method;
    for (const Record& record : records) {
      if (string_of(record, "method") == "copositive") continue;  // which gives no network
      EXPECT_GE(number_of(record, "network"), bound) << record.dump();
      EXPECT_GE(number_of(record, "relative_gap"), 0.0) << record.dump();
    }
    for (const Record& record : records) {
      const double optimum = number_of(record, "optimum_bound");
      if (std::isnan(optimum)) continue;  // known where every pattern was tried
      EXPECT_LE(optimum, number_of(records.front(), "best_network") * (1.0 + 1e-9)) << record.dump();
      ++optima;
    }
  }
  EXPECT_GT(optima, 0);
}

// Both ends of the interval that branch and bound proves the optimum of training in, and the parts of the gap.
TEST(Tightness, BranchAndBoundSplitsTheGap) {
  TightnessOptions options = quick("builtin:teacher?n=10&d=3&c=2&seed=4");
  options.methods = {"branch"};
  options.baseline_seconds = 60.0;
  const std::vector<Record> records = run_all(options);
  ASSERT_EQ(records.size(), 2U);
  const Record& main = records.front();
  const double optimum = number_of(records.back(), "optimum_bound");
  EXPECT_EQ(string_of(records.back(), "status"), "solved");
  EXPECT_EQ(string_of(main, "optimum_method"), "branch");
  EXPECT_EQ(number_of(main, "optimum_bound"), optimum);
  EXPECT_LE(optimum, number_of(main, "best_network"));
  EXPECT_NEAR(optimum, number_of(records.back(), "network"), 2e-3 * optimum);
  EXPECT_GE(optimum, number_of(main, "lower_bound"));
  const double parts =
      number_of(main, "network_part") + number_of(main, "relaxation_part") + number_of(main, "solver_part");
  EXPECT_NEAR(parts, 1.0, 1e-12);
  EXPECT_EQ(string_of(main, "blame"), "relaxation");
}

TEST(Tightness, BranchAndBoundIsLeftOutWhereThereAreManyFeatures) {
  TightnessOptions options = quick("builtin:teacher?n=6&d=8&c=1");
  options.methods = {"branch"};
  const std::vector<Record> records = run_all(options);
  EXPECT_EQ(string_of(records.back(), "status"), "too many features");
  EXPECT_FALSE(records.front().contains("network_part"));
}

Record main_record(double bound, double relaxation, double network) {
  return {{"instance", "a"},          {"gamma", 0.1},      {"method", "burelu"}, {"lower_bound", bound},
          {"relaxation", relaxation}, {"network", network}};
}

std::string blame_of(const Record& main, double optimum_bound) {
  std::vector<Record> records = {main};
  if (!std::isnan(optimum_bound))
    records.push_back({{"instance", "a"}, {"gamma", 0.1}, {"method", "corrective"}, {"optimum_bound", optimum_bound}});
  records.push_back({{"instance", "a"}, {"gamma", 0.01}, {"method", "sgd"}, {"network", 0.5}});  // another problem
  complete_tightness(records);
  return string_of(records.front(), "blame");
}

TEST(Tightness, BlamesTheSideThatCanBeTold) {
  EXPECT_EQ(blame_of(main_record(8.0, 8.0001, 8.001), std::nan("")), "tight");
  EXPECT_EQ(blame_of(main_record(8.0, 8.0001, 9.0), std::nan("")), "relaxation or network");
  EXPECT_EQ(blame_of(main_record(8.0, 8.0001, 9.0), 8.95), "relaxation");
  EXPECT_EQ(blame_of(main_record(8.0, 8.0001, 9.0), 8.7), "mostly relaxation");
  EXPECT_EQ(blame_of(main_record(8.0, 8.0001, 9.0), 8.1), "relaxation or network");
  EXPECT_EQ(blame_of(main_record(8.0, 8.98, 9.0), 8.99), "solver");
  EXPECT_EQ(blame_of(main_record(8.0, 8.5, 9.0), 8.99), "solver in part");
}

TEST(Tightness, PartsAreSharesOfTheGap) {
  std::vector<Record> records = {
      main_record(8.0, 8.1, 9.0),
      {{"instance", "a"}, {"gamma", 0.1}, {"method", "branch"}, {"network", 8.9}, {"optimum_bound", 8.8}},
      {{"instance", "a"}, {"gamma", 0.1}, {"method", "corrective"}, {"network", 9.5}, {"optimum_bound", 8.5}}};
  complete_tightness(records);
  EXPECT_EQ(string_of(records[0], "optimum_method"), "branch");
  EXPECT_NEAR(number_of(records[0], "network_part"), 0.1 / 0.9, 1e-12);
  EXPECT_NEAR(number_of(records[0], "relaxation_part"), 0.7 / 0.9, 1e-12);
  EXPECT_NEAR(number_of(records[0], "solver_part"), 0.1 / 0.9, 1e-12);
}

TEST(Tightness, GapsAreToTheBoundOfTheSameProblem) {
  std::vector<Record> records = {main_record(8.0, 8.0, 10.0),
                                 {{"instance", "a"}, {"gamma", 0.1}, {"method", "sgd"}, {"network", 9.0}}};
  complete_tightness(records);
  EXPECT_DOUBLE_EQ(number_of(records[0], "relative_gap"), 0.2);
  EXPECT_DOUBLE_EQ(number_of(records[0], "tightness"), 1.0 / 9.0);
  EXPECT_EQ(string_of(records[0], "best_method"), "sgd");
  EXPECT_DOUBLE_EQ(number_of(records[1], "relative_gap"), 1.0 / 9.0);
}

TEST(Tightness, ReportHasATableRowAndAPictureScriptForEachProblem) {
  TightnessOptions options = quick("builtin:spiral?n=12");
  options.methods = {"corrective"};
  const ScratchFolder folder;
  std::string html;
  for (const Section& section : tightness_report(run_all(options), Plotter(folder.path("plots")))) html += section.html;
  EXPECT_NE(html.find("1 problems, 2 networks: 0 of them below the certified bound"), std::string::npos);
  for (const char* name : {"tightness", "history_0", "boundary_0"})
    EXPECT_TRUE(folder.has("plots/" + std::string(name) + ".gp")) << name;
}

TEST(Tightness, RefusesWhatIsNotThere) {
  TightnessOptions options = quick("builtin:spiral");
  options.methods = {"magic"};
  EXPECT_NE(message_of<DataError>([&] { tightness_jobs(options); }).find("corrective"), std::string::npos);
  EXPECT_NE(message_of<DataError>([&] { tightness_jobs(quick("nothing")); }).find("get_data.sh"), std::string::npos);
}

TEST(Tightness, FreshSetsAreThoseOfThePaperInKind) {
  const auto instance = load_instance("data", fresh_teacher(3), {});
  EXPECT_EQ(instance->data.X.rows, 25);
  EXPECT_EQ(instance->data.X.cols, 2);
  EXPECT_EQ(instance->data.Y.cols, 5);
  EXPECT_EQ(expanded({"randomized", "spiral"}).size(), 11U);
  EXPECT_EQ(expanded({"randomized"}).back(), "randomized_09");
}

// golden.csv has the relaxation's optimum by an independent interior-point solver.
TEST(Tightness, RelaxationAgreesWithGoldenValues) {
  BURELU_SHARED_OR_SKIP(golden, "data/golden.csv");
  TightnessOptions options = quick("randomized_03");
  options.data = std::filesystem::path(golden).parent_path().string();
  options.methods = {"none"};
  const Record record = run_all(options).front();
  const Table table = read_table(golden);
  for (index_t i = 0; i < table.rows; ++i) {
    if (*table.text(i, 0) != "randomized/randomized_03.csv" || table.number(i, 1) != 0.1) continue;
    const double optimum = table.number(i, 2);
    EXPECT_NEAR(number_of(record, "relaxation"), optimum, 1e-3 * optimum);
    EXPECT_LE(number_of(record, "lower_bound"), table.number(i, 3));
    return;
  }
  FAIL() << "no row for randomized_03 in " << golden;
}

}  // namespace
}  // namespace burelu::study
