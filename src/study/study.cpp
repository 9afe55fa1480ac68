// The order of things: journal, jobs, results, report.
#include "study/study.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "burelu/errors.hpp"
#include "burelu/version.hpp"
#include "formats/output_file.hpp"
#include "study/machine.hpp"

namespace burelu::study {
namespace {

Record fixed_options(const Study& study) {
  Record options = {{"study", study.name}, {"version", kVersion}};
  options.update(study.options);
  return options;
}

std::string definition_list(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string out = "<dl>";
  for (const auto& [name, value] : items) out += "<dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd>\n";
  return out + "</dl>\n";
}

Section origin_section(const StudyInfo& info, const StudyOutcome& outcome, const StudyRun& run) {
  double seconds = 0.0;
  for (const JournalEntry& entry : outcome.entries) seconds += entry.seconds;
  std::string html = "<p>The exact commands:</p>\n<pre>";
  for (const std::string& command : info.commands) html += escaped(command) + "\n";
  html += "</pre>\n";
  std::string options;
  for (const auto& [key, value] : info.options.items())
    options +=
        (options.empty() ? "" : ", ") + key + " = " + (value.is_string() ? value.get<std::string>() : value.dump());
  html += definition_list(
      {{"version",
        std::string("burelu ") + kVersion + (*kGitCommit != '\0' ? std::string(", commit ") + kGitCommit : "")},
       {"processor", fmt::format("{}, {} cores", info.machine.value("cpu", ""), info.machine.value("cores", 0))},
       {"system", info.machine.value("system", "") + ", " + info.machine.value("compiler", "")},
       {"date", info.machine.value("date", "")},
       {"time", fmt::format("{} in {} jobs, {} at a time with {} thread{} each; load of the machine before: {:.1f}",
                            duration(seconds), outcome.entries.size(), run.runner.jobs, run.runner.threads,
                            run.runner.threads == 1 ? "" : "s", info.machine.value("load_before", 0.0))},
       {"options", options}});
  for (const JobFailure& failure : outcome.failures)
    html += paragraph("Failed: " + failure.key + ": " + failure.message);
  return {"How this was made", html};
}

/// A run that finished some jobs.
Record call_record(const StudyOutcome& outcome, std::size_t jobs, const nlohmann::ordered_json& machine) {
  return {{"jobs", jobs},
          {"seconds", outcome.seconds},
          {"processor_seconds", outcome.processor},
          {"load_before", machine.at("load_before")},
          {"commit", kGitCommit},
          {"date", machine.at("date")}};
}

std::string subtitle(const StudyOutcome& outcome) {
  std::string text = fmt::format("burelu {}, {}", kVersion, today());
  if (!outcome.complete())
    text += fmt::format(". Not complete: {} of {} jobs are done; the same command goes on.", outcome.entries.size(),
                        outcome.total);
  return text;
}

}  // namespace

StudyOutcome run_study(const Study& study, const StudyRun& run) {
  std::error_code error;
  std::filesystem::create_directories(run.out, error);
  if (error) throw DataError(run.out + ": the folder cannot be made (" + error.message() + ")");
  const std::string folder = run.out + "/";
  StudyInfo info{study.name, fixed_options(study), {}, {}, machine()};
  const std::string commit = *kGitCommit != '\0' ? std::string("  # commit ") + kGitCommit : "";
  Journal journal(folder + "journal.jsonl", info.options, run.command + commit);
  info.commands = journal.commands();

  const std::size_t before = journal.finished();
  StudyOutcome outcome = run_jobs(study.jobs, journal, run.runner);
  const std::size_t fresh = journal.finished() - before;
  if (fresh > 0) journal.add_call(call_record(outcome, fresh, info.machine));
  info.calls = journal.calls();
  std::vector<Record> records = outcome.records();
  if (study.complete) study.complete(records);
  write_file(folder + "results.csv", csv_text(records));
  write_file(folder + "results.json", json_text(info, outcome, records));
  std::vector<Section> sections = study.report(records, Plotter(folder + "plots"));
  sections.push_back(origin_section(info, outcome, run));
  write_file(folder + "report.html", page_html(study.title, subtitle(outcome), sections));
  return outcome;
}

}  // namespace burelu::study
