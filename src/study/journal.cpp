// Lines of JSON, appended and read back.
#include "study/journal.hpp"

#include <filesystem>

#include "burelu/errors.hpp"

namespace burelu::study {
namespace {

std::string text_of(const Record& options, const std::string& key) {
  return options.contains(key) ? options.at(key).dump() : "nothing";
}

/// "seed (journal: 0, now: 1)" for every option that differs.
std::string differences(const Record& journal, const Record& now) {
  std::string list;
  const auto compare = [&](const std::string& key) {
    const std::string before = text_of(journal, key);
    const std::string after = text_of(now, key);
    if (before == after) return;
    list += (list.empty() ? "" : ", ") + key + " (journal: " + before + ", now: " + after + ")";
  };
  for (const auto& [key, value] : now.items()) compare(key);
  for (const auto& [key, value] : journal.items())
    if (!now.contains(key)) compare(key);
  return list;
}

}  // namespace

Journal::Journal(const std::string& path, const Record& options, const std::string& command) : path_(path) {
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  std::size_t good = 0;
  if (exists) {
    good = read(options);
    std::filesystem::resize_file(path, good, error);
    if (error) throw DataError(path + ": cannot be written (" + error.message() + ")");
  }
  file_.open(path, std::ios::app | std::ios::binary);
  if (!file_) throw DataError(path + ": cannot be written; choose another --out");
  if (good == 0) append({{"options", options}});
  if (commands_.empty() || commands_.back() != command) {
    append({{"command", command}});
    commands_.push_back(command);
  }
}

// Bytes of the lines that are whole.
std::size_t Journal::read(const Record& options) {
  std::ifstream file(path_, std::ios::binary);
  if (!file) throw DataError(path_ + ": cannot be read");
  std::size_t good = 0;
  for (std::string line; std::getline(file, line) && !file.eof(); good += line.size() + 1) {
    const Record json = Record::parse(line, nullptr, false);
    if (json.is_discarded() || !json.is_object() || (good == 0 && !json.contains("options")))
      throw DataError(path_ + ": is not a journal of a study; choose another --out");
    if (json.contains("options")) {
      const std::string different = differences(json.at("options"), options);
      if (!different.empty())
        throw DataError(path_ + ": the study there was made with other options: " + different +
                        "; choose another --out or the same options");
    } else if (json.contains("command")) {
      commands_.push_back(json.at("command").get<std::string>());
    } else if (json.contains("call")) {
      calls_.push_back(json.at("call"));
    } else {
      JournalEntry entry{json.value("key", ""), json.value("seconds", 0.0), {}};
      for (const Record& record : json.at("records")) entry.records.push_back(record);
      entries_[entry.key] = std::move(entry);
    }
  }
  return good;
}

void Journal::append(const Record& line) {
  file_ << line.dump(-1, ' ', false, Record::error_handler_t::replace) << '\n' << std::flush;
  if (!file_) throw DataError(path_ + ": cannot be written; is the disk full?");
}

const JournalEntry* Journal::find(const std::string& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

void Journal::add_call(const Record& call) {
  append({{"call", call}});
  calls_.push_back(call);
}

void Journal::add(const JournalEntry& entry) {
  append({{"key", entry.key}, {"seconds", entry.seconds}, {"records", entry.records}});
  entries_[entry.key] = entry;
}

}  // namespace burelu::study
