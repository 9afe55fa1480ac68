// Runs the jobs of a study, several side by side, each with its share of the threads.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "study/job.hpp"
#include "study/journal.hpp"

namespace burelu::study {

/// What is told after each job.
struct StudyProgress {
  std::size_t done = 0;  ///< jobs, those of the journal included
  std::size_t total = 0;
  std::string title;          ///< of the job that ended
  std::string failure;        ///< why it failed; empty where it did not
  double job_seconds = 0.0;   ///< that it took
  double seconds_left = 0.0;  ///< estimate; NaN where nothing is known yet
};

/// Several processes that run jobs side by side: one key, or none, for each of them; what comes of each, in their
/// order.
struct JobRanks {
  int count = 0;
  /// The first is this process's own, which it runs by `own`.
  std::function<std::vector<std::string>(const std::vector<std::string>& keys,
                                         const std::function<std::string(const std::string& key)>& own)>
      run;
};

struct RunnerOptions {
  int jobs = 1;                                        ///< at a time
  int threads = 1;                                     ///< of OpenMP inside each job
  KeepGoing keep_going;                                ///< may be empty
  std::function<void(const StudyProgress&)> progress;  ///< called by one thread at a time; may be empty
  JobRanks ranks = {};                                 ///< where there are several, `jobs` is not looked at
};

struct JobFailure {
  std::string key;
  std::string message;
};

struct StudyOutcome {
  std::vector<JournalEntry> entries;  ///< of the jobs that are done, in the order of the jobs
  std::vector<JobFailure> failures;
  std::size_t total = 0;
  bool interrupted = false;
  double seconds = 0.0;    ///< spent by this call
  double processor = 0.0;  ///< of the processor, by all threads of the process, in this call

  bool complete() const { return entries.size() == total; }
  std::vector<Record> records() const;
};

/// Jobs found in the journal are not run again. A job that throws is recorded as a failure and not journalled; the
/// others go on. Stops, with what is done, when `keep_going` says so.
StudyOutcome run_jobs(const std::vector<Job>& jobs, Journal& journal, const RunnerOptions& options);

/// Runs the job of that key, as JSON that `run_jobs` understands: for another rank.
std::string run_job(const std::vector<Job>& jobs, const std::string& key);

/// Seconds left: the weight that is still to do times seconds per weight so far, shared by `side_by_side` workers.
double seconds_left(double weight_done, double seconds_done, double weight_left, int side_by_side);

}  // namespace burelu::study
