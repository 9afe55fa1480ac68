// results.csv and results.json of a study.
#pragma once

#include <string>
#include <vector>

#include "study/job.hpp"
#include "study/runner.hpp"

namespace burelu::study {

/// Everything that is written about a study beside its records.
struct StudyInfo {
  std::string name;                   ///< "tightness", "accuracy"
  Record options;                     ///< as chosen
  std::vector<std::string> commands;  ///< that worked on it, oldest first
  std::vector<Record> calls;          ///< what each of their runs took
  nlohmann::ordered_json machine;
};

/// All fields of all records but those with an underscore, in the order of their first appearance; a field that a
/// record lacks, or that is null, is empty.
std::string csv_text(const std::vector<Record>& records);

std::string json_text(const StudyInfo& info, const StudyOutcome& outcome, const std::vector<Record>& records);

/// The value of a field, or NaN where it is missing, null or no number.
double number_of(const Record& record, const std::string& field);

/// The value of a field as text, or "" where it is missing, null or no text.
std::string string_of(const Record& record, const std::string& field);

}  // namespace burelu::study
