// Workers that take one job after the other.
#include "study/runner.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>

#include "burelu/errors.hpp"
#include "linalg/clock.hpp"
#include "linalg/thread_scope.hpp"
#include "study/machine.hpp"

namespace burelu::study {
namespace {

class Runner {
 public:
  Runner(const std::vector<Job>& jobs, Journal& journal, const RunnerOptions& options)
      : jobs_(jobs), journal_(journal), options_(options) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const JournalEntry* entry = journal.find(jobs[i].key);
      if (entry == nullptr) {
        waiting_.push_back(i);
        weight_left_ += jobs[i].weight;
      } else {
        count(jobs[i], entry->seconds);
      }
    }
    std::reverse(waiting_.begin(), waiting_.end());  // taken from the back
  }

  void run() {
    if (options_.ranks.count > 1) return run_by_ranks();
    std::vector<std::thread> workers;
    const std::size_t count = std::min(waiting_.size(), static_cast<std::size_t>(std::max(options_.jobs, 1)));
    for (std::size_t i = 0; i < count; ++i) workers.emplace_back([this] { work(); });
    for (std::thread& worker : workers) worker.join();
    if (journal_failure_) throw DataError(*journal_failure_);
  }

  // Jobs of like weight at a time, the heaviest first: no rank begins another one before all have ended.
  void run_by_ranks() {
    const ThreadScope scope(std::max(options_.threads, 1));
    std::stable_sort(waiting_.begin(), waiting_.end(),
                     [this](std::size_t a, std::size_t b) { return jobs_[a].weight < jobs_[b].weight; });
    for (;;) {
      std::vector<const Job*> taken;
      std::vector<std::string> keys(static_cast<std::size_t>(options_.ranks.count));
      for (std::string& key : keys)
        if (const Job* job = next()) {
          taken.push_back(job);
          key = job->key;
        }
      if (taken.empty()) break;
      const auto own = [this](const std::string& key) { return run_job(jobs_, key); };
      const std::vector<std::string> answers = options_.ranks.run(keys, own);
      for (std::size_t k = 0; k < taken.size(); ++k) take(*taken[k], Record::parse(answers[k]));
    }
    if (journal_failure_) throw DataError(*journal_failure_);
  }

  StudyOutcome outcome() const {
    StudyOutcome out;
    out.total = jobs_.size();
    out.failures = failures_;
    out.interrupted = interrupted_;
    out.seconds = clock_.seconds();
    for (const Job& job : jobs_)
      if (const JournalEntry* entry = journal_.find(job.key)) out.entries.push_back(*entry);
    return out;
  }

 private:
  void work() {
    const ThreadScope scope(std::max(options_.threads, 1));
    while (const Job* job = next()) {
      const Clock clock;
      try {
        JournalEntry entry{job->key, 0.0, job->run()};
        entry.seconds = clock.seconds();
        finished(*job, entry);
      } catch (const Interrupted&) {
        const std::lock_guard lock(mutex_);
        interrupted_ = true;
      } catch (const std::exception& error) {
        failed(*job, error.what(), clock.seconds());
      }
    }
  }

  void take(const Job& job, const Record& answer) {
    const double seconds = answer.at("seconds").get<double>();
    if (answer.contains("failure")) return failed(job, answer.at("failure").get<std::string>(), seconds);
    if (!answer.contains("records")) {
      interrupted_ = true;
      return;
    }
    finished(job, {job.key, seconds, answer.at("records").get<std::vector<Record>>()});
  }

  const Job* next() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || interrupted_ || journal_failure_) return nullptr;
    if (options_.keep_going && !options_.keep_going()) {
      interrupted_ = true;
      return nullptr;
    }
    const std::size_t index = waiting_.back();
    waiting_.pop_back();
    return &jobs_[index];
  }

  void count(const Job& job, double seconds) {
    weight_done_ += job.weight;
    seconds_done_ += seconds;
    ++done_;
  }

  void finished(const Job& job, const JournalEntry& entry) {
    const std::lock_guard lock(mutex_);
    try {
      journal_.add(entry);
    } catch (const DataError& error) {
      journal_failure_ = error.what();
      return;
    }
    weight_left_ -= job.weight;
    count(job, entry.seconds);
    tell(job, entry.seconds, "");
  }

  void failed(const Job& job, const std::string& message, double seconds) {
    const std::lock_guard lock(mutex_);
    failures_.push_back({job.key, message});
    weight_left_ -= job.weight;
    tell(job, seconds, message);
  }

  void tell(const Job& job, double seconds, const std::string& failure) {
    if (!options_.progress) return;
    options_.progress({done_, jobs_.size(), job.title, failure, seconds,
                       seconds_left(weight_done_, seconds_done_, weight_left_, options_.jobs)});
  }

  const std::vector<Job>& jobs_;
  Journal& journal_;
  const RunnerOptions& options_;
  const Clock clock_;
  std::mutex mutex_;
  std::vector<std::size_t> waiting_;
  std::vector<JobFailure> failures_;
  std::optional<std::string> journal_failure_;
  bool interrupted_ = false;
  std::size_t done_ = 0;
  double weight_left_ = 0.0;
  double weight_done_ = 0.0;
  double seconds_done_ = 0.0;
};

}  // namespace

std::vector<Record> StudyOutcome::records() const {
  std::vector<Record> all;
  for (const JournalEntry& entry : entries) all.insert(all.end(), entry.records.begin(), entry.records.end());
  return all;
}

double seconds_left(double weight_done, double seconds_done, double weight_left, int side_by_side) {
  if (!(weight_done > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return std::max(weight_left, 0.0) * (seconds_done / weight_done) / std::max(side_by_side, 1);
}

std::string run_job(const std::vector<Job>& jobs, const std::string& key) {
  const Clock clock;
  Record answer;
  try {
    const auto job = std::find_if(jobs.begin(), jobs.end(), [&key](const Job& other) { return other.key == key; });
    if (job == jobs.end()) throw DataError("no job " + key + " here: the data of all ranks must be the same");
    answer["records"] = job->run();
  } catch (const Interrupted&) {
    answer.erase("records");
  } catch (const std::exception& error) {
    answer["failure"] = error.what();
  }
  answer["seconds"] = clock.seconds();
  return answer.dump();
}

StudyOutcome run_jobs(const std::vector<Job>& jobs, Journal& journal, const RunnerOptions& options) {
  const double before = processor_seconds();
  Runner runner(jobs, journal, options);
  runner.run();
  StudyOutcome outcome = runner.outcome();
  outcome.processor = processor_seconds() - before;
  return outcome;
}

}  // namespace burelu::study
