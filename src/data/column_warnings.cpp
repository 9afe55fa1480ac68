// What gives an index away: its name, or that it counts.
#include "data/column_warnings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace burelu {
namespace {

constexpr index_t kFewest = 4;  // rows: three numbers that count are no surprise

const std::string& name_of(const Table& table, index_t column) { return table.names[static_cast<std::size_t>(column)]; }

/// 0, 1, 2, ... or 1, 2, 3, ... from the first row to the last.
bool counts(const Table& table, index_t column) {
  const double first = table.number(0, column);
  if (first != 0.0 && first != 1.0) return false;
  for (index_t i = 1; i < table.rows; ++i)
    if (table.number(i, column) != first + static_cast<double>(i)) return false;
  return true;
}

/// An index keeps its name, or the lack of one, when the rows are shuffled.
bool called_index(const std::string& name) {
  constexpr std::array kNames = {"column 1", "index", "Index", "id", "Id", "ID", "#"};
  return name.starts_with("Unnamed: 0") ||
         std::any_of(kNames.begin(), kNames.end(), [&name](const char* known) { return name == known; });
}

bool different_whole_numbers(const Table& table, index_t column) {
  std::set<double> seen;
  for (index_t i = 0; i < table.rows; ++i) {
    const double value = table.number(i, column);
    if (value != std::floor(value) || !seen.insert(value).second) return false;
  }
  return true;
}

/// x0, x1, ..., y0, y1, ...: what burelu itself writes.
bool all_numbered(const Table& table) {
  return std::all_of(table.names.begin(), table.names.end(), [](const std::string& name) {
    return name.size() > 1 && (name[0] == 'x' || name[0] == 'y') &&
           name.find_first_not_of("0123456789", 1) == std::string::npos;
  });
}

bool at_the_end(const Table& table, const std::vector<index_t>& columns) {
  for (std::size_t k = 0; k < columns.size(); ++k)
    if (columns[columns.size() - 1 - k] != table.columns() - 1 - static_cast<index_t>(k)) return false;
  return true;
}

}  // namespace

void warn_of_columns(const Table& table, const TargetColumns& chosen, const Warn& listener) {
  if (!listener) return;
  for (const index_t column : chosen.features) {
    if (table.sparse || table.rows < kFewest) break;
    const std::string& name = name_of(table, column);
    const bool index = counts(table, column) || (called_index(name) && different_whole_numbers(table, column));
    if (index)
      warn(listener, table.source + ": column '" + name +
                         "' numbers the rows and was taken as a feature; say --ignore '" + name +
                         "' if it is an index");
  }
  if (!chosen.classes && !chosen.named && !all_numbered(table) && !at_the_end(table, chosen.columns)) {
    std::string names;
    for (const index_t column : chosen.columns) names += (names.empty() ? "" : ", ") + name_of(table, column);
    warn(listener, table.source + ": " + names + " were taken as the targets because of their names; say --target or " +
                       "--label for others");
  }
}

}  // namespace burelu
