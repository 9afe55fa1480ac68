// The runner: side by side, in order, what fails, what is left after an interrupt, the estimate of time.
#include "study/runner.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "linalg/team.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

using test::ScratchFolder;

Job job(const std::string& key, std::atomic<int>& runs) {
  return {key, key, 1.0, [key, &runs] {
            ++runs;
            return std::vector<Record>{{{"key", key}}};
          }};
}

std::vector<std::string> keys(const StudyOutcome& outcome) {
  std::vector<std::string> list;
  for (const Record& record : outcome.records()) list.push_back(record.at("key").get<std::string>());
  return list;
}

TEST(Runner, KeepsTheOrderOfTheJobsAndRunsNoneTwice) {
  const ScratchFolder folder;
  std::atomic<int> runs = 0;
  std::vector<Job> jobs;
  for (const char* key : {"a", "b", "c", "d", "e"}) jobs.push_back(job(key, runs));
  const std::vector<Job> first(jobs.begin() + 2, jobs.begin() + 4);
  {
    Journal journal(folder.path("j"), {{"seed", 0}}, "c");
    EXPECT_TRUE(run_jobs(first, journal, {2, 1, {}, {}}).complete());
  }
  Journal journal(folder.path("j"), {{"seed", 0}}, "c");
  const StudyOutcome outcome = run_jobs(jobs, journal, {3, 1, {}, {}});
  EXPECT_EQ(keys(outcome), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(runs, 5);
}

TEST(Runner, RunsSideBySideWithTheirShareOfThreads) {
  const ScratchFolder folder;
  Journal journal(folder.path("j"), {{"seed", 0}}, "c");
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> threads = 0;
  const auto meet = [&] {  // both must be inside at once, or the first waits in vain
    const int now = ++inside;
    for (int i = 0; i < 2000 && most < 2; ++i) {
      if (now > most) most = now;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    threads = Team::current().size();
    return std::vector<Record>{};
  };
  run_jobs({{"a", "a", 1.0, meet}, {"b", "b", 1.0, meet}}, journal, {2, 3, {}, {}});
  EXPECT_EQ(most, 2);
  EXPECT_EQ(threads, resolve_threads(3));
}

TEST(Runner, GoesOnAfterAFailureAndRunsItAgain) {
  const ScratchFolder folder;
  std::atomic<int> runs = 0;
  const Job bad{"bad", "bad", 1.0, []() -> std::vector<Record> { throw std::runtime_error("no luck"); }};
  Journal journal(folder.path("j"), {{"seed", 0}}, "c");
  const StudyOutcome outcome = run_jobs({bad, job("good", runs)}, journal, {1, 1, {}, {}});
  EXPECT_EQ(keys(outcome), (std::vector<std::string>{"good"}));
  ASSERT_EQ(outcome.failures.size(), 1U);
  EXPECT_EQ(outcome.failures[0].message, "no luck");
  EXPECT_FALSE(outcome.complete());
  EXPECT_EQ(journal.find("bad"), nullptr);
}

TEST(Runner, StopsBetweenAndInsideJobs) {
  const ScratchFolder folder;
  std::atomic<int> runs = 0;
  Journal journal(folder.path("j"), {{"seed", 0}}, "c");
  const Job stops{"stops", "", 1.0, []() -> std::vector<Record> { throw Interrupted(); }};
  const StudyOutcome inside = run_jobs({job("a", runs), stops, job("b", runs)}, journal, {1, 1, {}, {}});
  EXPECT_TRUE(inside.interrupted);
  EXPECT_EQ(keys(inside), (std::vector<std::string>{"a"}));
  EXPECT_TRUE(inside.failures.empty());
  const StudyOutcome between = run_jobs({job("c", runs)}, journal, {1, 1, [] { return false; }, {}});
  EXPECT_TRUE(between.interrupted);
  EXPECT_EQ(runs, 1);
}

TEST(Runner, TellsHowFarItIs) {
  const ScratchFolder folder;
  std::atomic<int> runs = 0;
  Journal journal(folder.path("j"), {{"seed", 0}}, "c");
  std::vector<std::size_t> done;
  const auto progress = [&done](const StudyProgress& p) { done.push_back(10 * p.done + p.total); };
  run_jobs({job("a", runs), job("b", runs)}, journal, {1, 1, {}, progress});
  EXPECT_EQ(done, (std::vector<std::size_t>{12, 22}));
}

TEST(Runner, EstimatesTheTimeLeftFromTheWeights) {
  EXPECT_DOUBLE_EQ(seconds_left(2.0, 10.0, 6.0, 1), 30.0);
  EXPECT_DOUBLE_EQ(seconds_left(2.0, 10.0, 6.0, 2), 15.0);
  EXPECT_TRUE(std::isnan(seconds_left(0.0, 0.0, 6.0, 2)));
}

}  // namespace
}  // namespace burelu::study
