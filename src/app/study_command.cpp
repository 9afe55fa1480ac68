// study tightness, accuracy: options to a study, progress on standard error, where the results are.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "app/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/interrupt.hpp"
#include "app/messages.hpp"
#include "driver/devices.hpp"
#include "linalg/team.hpp"
#include "ranks/lead.hpp"
#include "study/accuracy.hpp"
#include "study/instance.hpp"
#include "study/regularisation.hpp"
#include "study/study.hpp"
#include "study/tightness.hpp"

namespace burelu::app {
namespace {

void print_progress(const study::StudyProgress& progress) {
  const std::string left = progress.done == progress.total || std::isnan(progress.seconds_left)
                               ? ""
                               : ", about " + study::duration(progress.seconds_left) + " left";
  const std::string outcome =
      progress.failure.empty() ? study::duration(progress.job_seconds) : "failed: " + progress.failure;
  std::fputs(fmt::format("[{:>3}/{}] {}: {}{}\n", progress.done, progress.total, progress.title, outcome, left).c_str(),
             stderr);
  std::fflush(stderr);
}

study::StudyRun study_run(const Arguments& arguments) {
  study::StudyRun run;
  run.out = arguments.study.out;
  run.command = arguments.line;
  run.runner.jobs = arguments.study.jobs;
  run.runner.threads = std::max(1, resolve_threads(arguments.options.solve.threads) / arguments.study.jobs);
  run.runner.keep_going = [] { return !interrupted(); };
  if (arguments.level() >= LogLevel::info) run.runner.progress = print_progress;
  if (Lead* lead = arguments.options.solve.lead)
    run.runner.ranks = {lead->size(),
                        [lead](const auto& keys, const auto& own) { return lead->work(kStudyJob, keys, own); }};
  return run;
}

int finish(const Arguments& arguments, const study::StudyOutcome& outcome) {
  if (arguments.level() >= LogLevel::info)
    print(fmt::format("{} of {} jobs done; {}/report.html, results.csv and results.json written\n",
                      outcome.entries.size(), outcome.total, arguments.study.out));
  for (const study::JobFailure& failure : outcome.failures) complain(failure.key + ": " + failure.message);
  if (outcome.interrupted) return kInterrupted;
  return outcome.failures.empty() ? kSolved : kLimit;
}

std::vector<double> gammas(const StudyArguments& chosen) {
  return chosen.gammas.empty() ? std::vector<double>{0.1, 0.01} : chosen.gammas;
}

study::TightnessOptions tightness_options(const Arguments& arguments, const study::StudyRun& run) {
  const StudyArguments& chosen = arguments.study;
  study::TightnessOptions options;
  options.datasets = study::expanded(chosen.datasets);
  if (!chosen.preset.empty() && chosen.datasets.empty()) options.datasets = study::expanded({"randomized", "spiral"});
  for (int i = 0; i < chosen.fresh; ++i)
    options.datasets.push_back(study::fresh_teacher(arguments.options.solve.seed + static_cast<std::uint64_t>(i)));
  if (options.datasets.empty()) options.datasets = {"builtin:spiral", study::fresh_teacher(0)};
  options.gammas = gammas(chosen);
  options.methods = chosen.methods;
  options.data = chosen.data;
  options.preparation = chosen.preparation;
  options.seed = arguments.options.solve.seed;
  options.tolerance = chosen.tolerance;
  options.max_evaluations = chosen.max_evaluations;
  options.starts = chosen.starts;
  options.epochs = chosen.epochs;
  options.patterns = chosen.patterns;
  options.cross_check = chosen.cross_check;
  options.cross_check_limit = chosen.cross_check_limit;
  options.device = arguments.options.solve.device;
  options.out = chosen.out;
  options.threads = run.runner.threads;
  options.keep_going = run.runner.keep_going;
  return options;
}

study::AccuracyOptions accuracy_options(const Arguments& arguments, const study::StudyRun& run) {
  const StudyArguments& chosen = arguments.study;
  study::AccuracyOptions options;
  options.data = chosen.data;
  options.datasets = chosen.datasets;
  options.gammas = gammas(chosen);
  options.chosen_gamma = chosen.gammas.empty();
  options.biases.clear();
  if (chosen.bias != "yes") options.biases.push_back(false);
  if (chosen.bias != "no") options.biases.push_back(true);
  options.max_evaluations = chosen.accuracy_evaluations;
  options.momentum_epochs = chosen.accuracy_epochs;
  options.seed = arguments.options.solve.seed;
  options.threads = run.runner.threads;
  options.keep_going = run.runner.keep_going;
  return options;
}

study::RegularisationOptions gamma_options(const Arguments& arguments, const study::StudyRun& run) {
  study::RegularisationOptions options;
  options.data = arguments.study.data;
  options.datasets = arguments.study.datasets;
  options.gammas = arguments.study.gamma_count;
  options.tolerance = arguments.study.gamma_tolerance;
  options.seed = arguments.options.solve.seed;
  options.threads = run.runner.threads;
  options.keep_going = run.runner.keep_going;
  return options;
}

study::Study study_of(const Arguments& arguments, const study::StudyRun& run) {
  switch (arguments.command) {
    case Command::study_accuracy:
      return {"accuracy",
              "How accurate are the networks?",
              {{"seed", arguments.options.solve.seed}},
              study::accuracy_jobs(accuracy_options(arguments, run)),
              {},
              study::accuracy_report};
    case Command::study_gamma:
      return {"gamma",
              "How tight, where it matters?",
              {{"seed", arguments.options.solve.seed}},
              study::regularisation_jobs(gamma_options(arguments, run)),
              {},
              study::regularisation_report};
    default: {
      const study::TightnessOptions options = tightness_options(arguments, run);
      return {"tightness",
              "How tight is the relaxation?",
              study::tightness_fixed_options(options),
              study::tightness_jobs(options),
              study::complete_tightness,
              study::tightness_report};
    }
  }
}

}  // namespace

int run_study(const Arguments& arguments) {
  catch_interrupts();
  keep_results();
  if (arguments.command == Command::study_tightness)
    find_device(arguments.options.solve.device);  // one that is not there is said before the data is read
  const study::StudyRun run = study_run(arguments);
  return finish(arguments, study::run_study(study_of(arguments, run), run));
}

Job study_job(const Arguments& arguments) {
  struct State {
    bool made = false;
    std::vector<study::Job> jobs;
  };
  return [arguments, state = std::make_shared<State>()](const Device&, const std::string& key) {
    if (key.empty()) return std::string();
    if (!state->made) state->jobs = study_of(arguments, study_run(arguments)).jobs;
    state->made = true;
    return study::run_job(state->jobs, key);
  };
}

}  // namespace burelu::app
