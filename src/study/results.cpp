// Records to CSV and JSON.
#include "study/results.hpp"

#include <limits>
#include <unordered_set>

#include "burelu/version.hpp"
#include "formats/csv.hpp"
#include "formats/json_numbers.hpp"
#include "formats/number.hpp"

namespace burelu::study {
namespace {

std::vector<std::string> columns(const std::vector<Record>& records) {
  std::vector<std::string> names;
  std::unordered_set<std::string> seen;
  for (const Record& record : records)
    for (const auto& [name, value] : record.items())
      if (!name.starts_with('_') && seen.insert(name).second) names.push_back(name);
  return names;
}

std::string field_text(const Record& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return csv_field(value.get<std::string>());
  if (value.is_number_float()) return short_number(value.get<double>());
  return csv_field(value.dump());
}

}  // namespace

std::string csv_text(const std::vector<Record>& records) {
  const std::vector<std::string> names = columns(records);
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + csv_field(name);
  text += '\n';
  for (const Record& record : records) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) text += ',';
      if (record.contains(names[i])) text += field_text(record.at(names[i]));
    }
    text += '\n';
  }
  return text;
}

std::string json_text(const StudyInfo& info, const StudyOutcome& outcome, const std::vector<Record>& records) {
  nlohmann::ordered_json failures = nlohmann::ordered_json::array();
  for (const JobFailure& failure : outcome.failures)
    failures.push_back({{"job", failure.key}, {"message", failure.message}});
  double seconds = 0.0;
  for (const JournalEntry& entry : outcome.entries) seconds += entry.seconds;
  return to_text({{"study", info.name},
                  {"version", kVersion},
                  {"commit", *kGitCommit != '\0' ? nlohmann::ordered_json(kGitCommit) : nullptr},
                  {"machine", info.machine},
                  {"commands", info.commands},
                  {"options", info.options},
                  {"jobs", outcome.total},
                  {"jobs_done", outcome.entries.size()},
                  {"job_seconds", seconds},
                  {"calls", info.calls},
                  {"failures", failures},
                  {"records", records}});
}

double number_of(const Record& record, const std::string& field) {
  const auto found = record.find(field);
  const bool is_number = found != record.end() && found->is_number();
  return is_number ? found->get<double>() : std::numeric_limits<double>::quiet_NaN();
}

std::string string_of(const Record& record, const std::string& field) {
  const auto found = record.find(field);
  return found != record.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace burelu::study
