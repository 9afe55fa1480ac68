// The jobs of the accuracy study on a small set of its own: what they are, what they record.
#include "study/accuracy.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "burelu/errors.hpp"
#include "linalg/random.hpp"
#include "study/results.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

// Two clouds in the plane, 16 rows each to train and to test on.
void write_clouds(const std::string& path, std::uint64_t seed) {
  Random random(seed);
  std::ofstream file(path);
  file << "x0,x1,label\n";
  for (int i = 0; i < 16; ++i)
    file << random.normal() + (i % 2 == 0 ? 2.0 : -2.0) << ',' << random.normal() << ',' << i % 2 << '\n';
}

class Accuracy : public testing::Test {
 protected:
  void SetUp() override {
    write_clouds(folder_.path("clouds_train.csv"), 1);
    write_clouds(folder_.path("clouds_test.csv"), 2);
    options_.data = folder_.path();
    options_.datasets = {"clouds"};
    options_.max_evaluations = 300;
    options_.network_evaluations = 200;
    options_.single_passes = 20;
    options_.splitting_iterations = 20;
    options_.splitting_width = 20;
    options_.momentum_epochs = 60;
    options_.momentum_starts = 2;
    options_.momentum_width = 10;
  }

  const test::ScratchFolder folder_;
  AccuracyOptions options_;
};

TEST_F(Accuracy, EveryJobHasItsOwnKey) {
  const std::vector<Job> jobs = accuracy_jobs(options_);
  EXPECT_EQ(jobs.size(), 12U);  // gamma, bias, family
  std::set<std::string> keys;
  for (const Job& job : jobs) keys.insert(job.key);
  EXPECT_EQ(keys.size(), jobs.size());
}

TEST_F(Accuracy, AKeyNamesWhatItsResultDependsOn) {
  const std::vector<Job> before = accuracy_jobs(options_);
  options_.momentum_epochs += 1;
  options_.splitting_iterations += 1;
  const std::vector<Job> after = accuracy_jobs(options_);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(before[i].key == after[i].key, before[i].key.ends_with("kernels")) << before[i].key;
}

TEST_F(Accuracy, RecordsEveryMethodByBothProtocols) {
  options_.gammas = {0.1};
  options_.biases = {true};
  std::set<std::string> seen;
  for (const Job& job : accuracy_jobs(options_))
    for (const Record& record : job.run()) {
      const std::string method = string_of(record, "method");
      SCOPED_TRACE(method + ", " + string_of(record, "protocol"));
      EXPECT_TRUE(seen.insert(method + "/" + string_of(record, "protocol")).second);
      EXPECT_EQ(string_of(record, "dataset"), "clouds");
      EXPECT_TRUE(record["bias"].get<bool>());
      EXPECT_GE(number_of(record, "test_accuracy"), 0.0);
      EXPECT_LE(number_of(record, "test_accuracy"), 1.0);
      if (record["threshold"].is_number()) {
        EXPECT_LE(number_of(record, "training_threshold_test_accuracy"), number_of(record, "test_accuracy"));
      }
      EXPECT_EQ(record["threshold"].is_null(), string_of(record, "protocol") == "honest");
      if (record["objective"].is_number() && record["lower_bound"].is_number()) {
        EXPECT_GE(number_of(record, "objective"), number_of(record, "lower_bound"));
      }
    }
  EXPECT_EQ(seen.size(), 20U);  // ten methods
  for (const char* method : {"burelu", "NNGP", "NTK", "SGD, 10 neurons", "rounding, as published"})
    for (const char* protocol : {"/paper", "/honest"})
      EXPECT_TRUE(seen.count(std::string(method) + protocol)) << method;
}

TEST_F(Accuracy, OneMoreGammaIsChosenOnTheTrainingRows) {
  options_.gammas = {};
  options_.biases = {true};
  options_.chosen_gamma = true;
  const std::vector<Job> jobs = accuracy_jobs(options_);
  ASSERT_EQ(jobs.size(), 3U);
  std::set<double> gammas;
  for (const Job& job : jobs) {
    EXPECT_NE(job.key.find("/gamma=chosen/"), std::string::npos) << job.key;
    if (!job.key.ends_with("kernels") && job.key.find("/momentum") == std::string::npos) continue;
    for (const Record& record : job.run()) {
      EXPECT_TRUE(record.at("chosen_gamma").get<bool>());
      gammas.insert(number_of(record, "gamma"));
    }
  }
  ASSERT_EQ(gammas.size(), 1U) << "all methods take the same";
  EXPECT_GT(*gammas.begin(), 0.0);
}

TEST_F(Accuracy, IsRepeatable) {
  options_.gammas = {0.1};
  options_.biases = {false};
  const auto run = [&] {
    std::vector<Record> records;
    for (const Job& job : accuracy_jobs(options_))
      for (Record record : job.run()) {
        record.erase("seconds");
        records.push_back(record);
      }
    return records;
  };
  EXPECT_EQ(run(), run());
}

TEST_F(Accuracy, StopsWhenAsked) {
  options_.keep_going = [] { return false; };
  for (const Job& job : accuracy_jobs(options_)) {
    if (job.key.ends_with("kernels")) continue;  // too quick to ask
    EXPECT_THROW(job.run(), Interrupted) << job.key;
  }
}

TEST_F(Accuracy, RefusesWhatMakesNoSense) {
  options_.datasets = {"absent"};
  EXPECT_THROW(accuracy_jobs(options_), DataError);
  options_.datasets = {"clouds"};
  options_.gammas = {0.0};
  EXPECT_THROW(accuracy_jobs(options_), DataError);
  options_.gammas = {0.1};
  options_.parts = 1;
  EXPECT_THROW(accuracy_jobs(options_), DataError);
}

}  // namespace
}  // namespace burelu::study
