// Looking things up in a table, and saying where they are.
#include "io/table.hpp"

namespace burelu {

index_t Table::find(const std::string& name) const {
  for (std::size_t j = 0; j < columns.size(); ++j)
    if (columns[j].name == name) return static_cast<index_t>(j);
  return -1;
}

std::string Table::place(index_t row, index_t column) const {
  const index_t line = lines.empty() ? row + 1 : lines[static_cast<std::size_t>(row)];
  return source + ":" + std::to_string(line) + ":" + std::to_string(column + 1);
}

std::string Table::column_list() const {
  constexpr std::size_t kEnds = 5;
  std::string list;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const bool hidden = j >= kEnds && j + kEnds < columns.size();
    if (hidden && j > kEnds) continue;
    list += (list.empty() ? "" : ", ") + (hidden ? "..." : columns[j].name);
  }
  return list;
}

}  // namespace burelu
