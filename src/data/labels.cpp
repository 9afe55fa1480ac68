// The rules of labels.hpp.
#include "data/labels.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "burelu/errors.hpp"
#include "formats/csv_dialect.hpp"
#include "formats/number.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

std::vector<index_t> numbered_targets(const Table& table) {
  std::vector<index_t> columns;
  if (!table.has_header) return columns;
  for (;;) {
    const index_t column = table.find("y" + std::to_string(columns.size()));
    if (column < 0) return columns;
    columns.push_back(column);
  }
}

TargetColumns by_rule(const Table& table) {
  const std::vector<index_t> numbered = numbered_targets(table);
  const index_t label = table.has_header ? table.find("label") : -1;
  if (!numbered.empty() && label >= 0)
    throw DataError(table.source + ": the header has both label and y0; say --label label or --target y0,... and " +
                    "--ignore the other");
  if (!numbered.empty()) return {false, numbered, {}, false};
  if (table.features_only)
    throw DataError(table.source +
                    " holds features only; add the targets (the array y or Y of an .npz file, the file " +
                    "of labels beside IDX images), or name a column with --label or --target");
  return {true, {label >= 0 ? label : table.columns() - 1}, {}, false};
}

bool contains(const std::vector<index_t>& list, index_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::string class_text(const Table& table, index_t row, index_t column) {
  const std::string* text = table.text(row, column);
  const double value = table.number(row, column);
  if (text == nullptr && std::isfinite(value) && std::fabs(value) >= 0x1p53)
    throw DataError(
        table.place(row, column) + ": the class " + short_number(value) + " in column '" +
        table.names[static_cast<std::size_t>(column)] +
        "' is so large that its neighbours cannot be told from it (2^53); put a letter before such numbers");
  if (text == nullptr && std::isfinite(value)) return short_number(value + 0.0);  // -0 is the same class as 0
  if (text == nullptr || text->empty())
    throw DataError(table.place(row, column) + ": the class in column '" +
                    table.names[static_cast<std::size_t>(column)] +
                    "' is missing; remove the row or fill in the class");
  return *text;
}

/// What is wrong with a field that cannot be used as a number.
std::string fault(const Table& table, index_t row, index_t column) {
  const std::string where = " in column '" + table.names[static_cast<std::size_t>(column)] + "' ";
  const std::string* text = table.text(row, column);
  const double value = table.number(row, column);
  if (text != nullptr && text->empty()) return "a value" + where + "is missing; remove the row or fill it in";
  if (text != nullptr && has_decimal_comma(*text))
    return "'" + *text + "'" + where + "has a comma in a number; write numbers with a point and no other separators";
  if (text != nullptr)
    return "'" + *text + "'" + where + "is not a number; correct it, or leave the column out with --ignore";
  if (std::isnan(value)) return "the value" + where + "is NaN; remove the row or fill it in";
  if (std::isinf(value)) return "the value" + where + "is infinite; correct it or remove the row";
  return "the magnitude of " + short_number(value) + where + "is outside 1e-100 to 1e100; rescale the column";
}

bool all_numbers(const std::vector<std::string>& texts) {
  double value = 0.0;
  return std::all_of(texts.begin(), texts.end(),
                     [&value](const std::string& text) { return parse_number(text, value); });
}

}  // namespace

std::vector<index_t> find_columns(const Table& table, const std::vector<std::string>& names,
                                  const std::string& purpose) {
  std::vector<index_t> columns;
  for (const std::string& name : names) {
    const index_t column = table.find(name);
    if (column < 0)
      throw DataError(table.source + ": there is no " + purpose + " column '" + name + "'; " +
                      (table.has_header ? "the header has " : "the file has no header, its columns are called ") +
                      table.column_list());
    if (contains(columns, column))
      throw DataError(table.source + ": column '" + name + "' is named twice; name it once");
    columns.push_back(column);
  }
  return columns;
}

TargetColumns choose_targets(const Table& table, const TargetChoice& choice) {
  TargetColumns result;
  if (!choice.label.empty()) {
    result = {true, find_columns(table, {choice.label}, "label"), {}, true};
  } else if (!choice.targets.empty()) {
    result = {false, find_columns(table, choice.targets, "target"), {}, true};
  } else {
    result = by_rule(table);
  }
  const std::vector<index_t> ignored = find_columns(table, choice.ignored, "ignored");
  for (index_t j = 0; j < table.columns(); ++j)
    if (!contains(result.columns, j) && !contains(ignored, j)) result.features.push_back(j);
  return result;
}

std::vector<std::string> class_texts(const Table& table, index_t column) {
  std::vector<std::string> texts;
  for (index_t i = 0; i < table.rows; ++i) texts.push_back(class_text(table, i, column));
  return texts;
}

std::vector<std::string> distinct_classes(const std::vector<std::string>& texts) {
  std::vector<std::string> classes = texts;
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  if (!all_numbers(classes)) return classes;
  std::sort(classes.begin(), classes.end(), [](const std::string& a, const std::string& b) {
    double x = 0.0;
    double y = 0.0;
    return parse_number(a, x) && parse_number(b, y) && x < y;
  });
  return classes;
}

std::vector<index_t> class_indices(const Table& table, index_t column, const std::vector<std::string>& classes) {
  std::unordered_map<std::string, index_t> index;
  for (const std::string& name : classes) index.emplace(name, static_cast<index_t>(index.size()));
  std::vector<index_t> labels;
  for (index_t i = 0; i < table.rows; ++i) {
    const auto found = index.find(class_text(table, i, column));
    if (found == index.end())
      throw DataError(table.place(i, column) + ": class '" + class_text(table, i, column) +
                      "' is unknown to the model, which was trained without it; remove the row or train again");
    labels.push_back(found->second);
  }
  return labels;
}

void check_numbers(const Table& table, const std::vector<index_t>& columns) {
  for (index_t i = 0; i < table.rows; ++i)
    for (const index_t column : columns)
      if (!usable(table.number(i, column))) throw DataError(table.place(i, column) + ": " + fault(table, i, column));
}

Matrix numeric_columns(const Table& table, const std::vector<index_t>& columns) {
  check_numbers(table, columns);
  Matrix values(table.rows, static_cast<index_t>(columns.size()));
  for (index_t i = 0; i < table.rows; ++i)
    for (index_t j = 0; j < values.cols; ++j) values(i, j) = table.number(i, columns[static_cast<std::size_t>(j)]);
  return values;
}

}  // namespace burelu
