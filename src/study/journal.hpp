// The journal of a study: JSON lines, one for the options, one for each command and what it took, one for each
// finished job.
#pragma once

#include <fstream>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "study/job.hpp"

namespace burelu::study {

struct JournalEntry {
  std::string key;
  double seconds = 0.0;
  std::vector<Record> records;
};

/// Every line is flushed as it is written; a last line that was cut off is dropped when the study goes on.
class Journal {
 public:
  /// Opens the journal, or begins one. `options` is a flat object of what must not change when a study goes on.
  /// Throws `DataError` where the journal was made with other options, naming them, and where it cannot be written.
  Journal(const std::string& path, const Record& options, const std::string& command);

  /// The finished job of that key, or null. The pointer is good until the next `add`.
  const JournalEntry* find(const std::string& key) const;
  void add(const JournalEntry& entry);
  /// What a call took, for the record: a flat object.
  void add_call(const Record& call);

  std::size_t finished() const { return entries_.size(); }
  /// All commands that worked on this study, oldest first.
  const std::vector<std::string>& commands() const { return commands_; }
  const std::vector<Record>& calls() const { return calls_; }

 private:
  std::size_t read(const Record& options);
  void append(const Record& line);

  std::string path_;
  std::ofstream file_;
  std::unordered_map<std::string, JournalEntry> entries_;
  std::vector<std::string> commands_;
  std::vector<Record> calls_;
};

}  // namespace burelu::study
