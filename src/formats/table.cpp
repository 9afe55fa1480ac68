// Looking things up in a table, and saying where they are.
#include "formats/table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace burelu {
namespace {

constexpr std::uint64_t kQuietNaN = 0x7ff8000000000000ULL;
constexpr std::uint64_t kPayload = 0x0007ffffffffffffULL;

}  // namespace

double boxed_text(std::size_t index) { return std::bit_cast<double>(kQuietNaN | (index + 1)); }

const std::string* Table::text(index_t row, index_t column) const {
  const double value = number(row, column);
  if (!std::isnan(value)) return nullptr;
  const std::uint64_t payload = std::bit_cast<std::uint64_t>(value) & kPayload;
  return payload == 0 || payload > texts.size() ? nullptr : &texts[payload - 1];
}

bool Table::numeric(index_t column) const {
  for (index_t i = 0; i < rows; ++i)
    if (text(i, column) != nullptr) return false;
  return true;
}

index_t Table::find(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<index_t>(found - names.begin());
}

std::string Table::place(index_t row, index_t column) const {
  index_t line = row + 1;
  const auto after = std::upper_bound(lines.begin(), lines.end(), row,
                                      [](index_t value, const Line& entry) { return value < entry.row; });
  if (after != lines.begin()) line = std::prev(after)->line + row - std::prev(after)->row;
  return source + ":" + std::to_string(line) + ":" + std::to_string(column + 1);
}

std::string Table::column_list() const {
  constexpr std::size_t kEnds = 5;
  std::string list;
  for (std::size_t j = 0; j < names.size(); ++j) {
    const bool hidden = j >= kEnds && j + kEnds < names.size();
    if (hidden && j > kEnds) continue;
    list += (list.empty() ? "" : ", ") + (hidden ? "..." : names[j]);
  }
  return list;
}

void Table::add_numbered(const std::string& stem, index_t count) {
  for (index_t j = 0; j < count; ++j) names.push_back(stem + std::to_string(j));
}

void add_column(Table& table, const std::string& name, const std::vector<double>& numbers) {
  const auto width = static_cast<std::size_t>(table.columns());
  const auto rows = static_cast<std::size_t>(table.rows);
  table.names.push_back(name);
  table.values.resize(rows * (width + 1));
  for (std::size_t i = rows; i > 0; --i) {  // from the end: a row moves to where its successor was
    double* const row = table.values.data() + (i - 1) * (width + 1);
    std::copy_backward(table.values.data() + (i - 1) * width, table.values.data() + i * width, row + width);
    row[width] = numbers[i - 1];
  }
}

double Texts::box(std::string_view text) {
  const auto [entry, added] = index_.try_emplace(std::string(text), texts_.size());
  if (added) texts_.emplace_back(text);
  return boxed_text(entry->second);
}

}  // namespace burelu
