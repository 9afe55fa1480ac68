// A table: named columns of numbers or text, as a reader finds them. Every format ends here; labels.hpp goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

/// A field of text as a double: a NaN whose payload is its index in `Table::texts`, plus one. So a table of any kind is
/// one array of doubles, and the features of a large file are never copied on their way to X.
double boxed_text(std::size_t index);

/// NaN without a payload for every NaN, other numbers as they are: what a reader of binary numbers stores.
inline double plain_number(double value) { return value == value ? value : std::numeric_limits<double>::quiet_NaN(); }

struct Table {
  std::string source;          ///< file or builtin: specification, for messages
  bool has_header = false;     ///< false: the names x0, x1, ... were made up
  bool features_only = false;  ///< the format says that there is no target among the columns
  bool sparse = false;         ///< absent columns x0, x1, ... are zero, not missing
  double full_range = 0.0;     ///< what `--scale` divides by (255 for bytes); 0: the largest magnitude of the features
  index_t rows = 0;
  std::vector<std::string> names;  ///< of the columns
  std::vector<double> values;      ///< rows x columns, row by row; text is boxed
  std::vector<std::string> texts;  ///< the different texts

  /// Line of the file on which a row began, where it is not the line after that of the row before.
  struct Line {
    index_t row = 0;
    index_t line = 1;
  };
  std::vector<Line> lines;

  index_t columns() const { return static_cast<index_t>(names.size()); }
  double number(index_t row, index_t column) const {
    return values[static_cast<std::size_t>(row * columns() + column)];
  }
  const std::string* text(index_t row, index_t column) const;  ///< null for a number

  /// Whether every field of the column is a number.
  bool numeric(index_t column) const;

  /// Index of the column of that name, or -1.
  index_t find(const std::string& name) const;

  /// "file.csv:12:3" for messages: line (or row) and column, counted from 1.
  std::string place(index_t row, index_t column) const;

  /// "x0, x1, label", shortened in the middle where there are many.
  std::string column_list() const;

  /// Names x0, x1, ... for that many columns, after the ones there are.
  void add_numbered(const std::string& stem, index_t count);
};

/// Appends a column of numbers, in place.
void add_column(Table& table, const std::string& name, const std::vector<double>& numbers);

/// Collects the texts of a table, each once.
class Texts {
 public:
  explicit Texts(std::vector<std::string>& texts) : texts_(texts) {}
  double box(std::string_view text);

 private:
  std::vector<std::string>& texts_;
  std::unordered_map<std::string, std::size_t> index_;
};

/// How a reader should take a table.
enum class Header { automatic, yes, no };

/// Called now and then while a file is read: bytes done, and of how many (0: unknown).
using ReadProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct ReadOptions {
  Header header = Header::automatic;
  index_t least_features = 0;  ///< of a sparse file: features that only zeros would not show
  ReadProgress progress = {};
};

}  // namespace burelu
