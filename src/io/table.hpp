// A table: named columns of numbers or text, as a reader finds them. Every format ends here; labels.hpp goes on.
#pragma once

#include <string>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

/// One column. Where every field is a number `texts` is empty; otherwise it holds all fields as written, and `numbers`
/// holds NaN for those that are no numbers.
struct Column {
  std::string name;
  std::vector<double> numbers;
  std::vector<std::string> texts;

  bool numeric() const { return texts.empty(); }
};

struct Table {
  std::string source;       ///< file or builtin: specification, for messages
  bool has_header = false;  ///< false: the names x0, x1, ... were made up
  index_t rows = 0;
  std::vector<Column> columns;
  std::vector<index_t> lines;  ///< line of the file that each row began on; empty where there are no lines

  /// Index of the column of that name, or -1.
  index_t find(const std::string& name) const;

  /// "file.csv:12:3" for messages: line (or row) and column, counted from 1.
  std::string place(index_t row, index_t column) const;

  /// "x0, x1, label", shortened in the middle where there are many.
  std::string column_list() const;
};

/// How a reader should take a table.
enum class Header { automatic, yes, no };

}  // namespace burelu
