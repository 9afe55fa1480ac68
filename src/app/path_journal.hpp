// What a path has finished, as JSON lines that are appended and read back: the same command goes on from there.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "app/arguments.hpp"
#include "burelu/path.hpp"
#include "data/dataset.hpp"
#include "study/journal.hpp"

namespace burelu::app {

class PathJournal {
 public:
  /// Opens the file where there is one; else it begins with the first piece. Throws `DataError` where it is of other
  /// data or options, naming them.
  PathJournal(const std::string& path, const Arguments& arguments, const Dataset& data, const PathOptions& options);

  /// A finished piece or null.
  const PathPiece* find(int fold, int index);
  void add(const PathPiece& piece);
  void remove();  ///< the file

 private:
  std::string path_;
  study::Record settings_;
  std::string command_;
  std::mutex mutex_;
  std::optional<study::Journal> journal_;
  std::map<std::pair<int, int>, PathPiece> pieces_;
};

/// A piece as a record and back; throws `DataError` for a record that is none.
study::Record piece_record(const PathPiece& piece);
PathPiece piece_of(const study::Record& record);

}  // namespace burelu::app
