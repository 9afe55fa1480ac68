// Which columns of a table are targets, and what they say: classes (one-hot 0/1) or real values.
#pragma once

#include <string>
#include <vector>

#include "formats/table.hpp"

namespace burelu {

/// What the user asked for; empty means by rule.
struct TargetChoice {
  std::string label;                 ///< the class column
  std::vector<std::string> targets;  ///< real-valued columns
  std::vector<std::string> ignored;  ///< columns that are neither target nor feature
};

/// The decision: column indices of the table.
struct TargetColumns {
  bool classes = true;
  std::vector<index_t> columns;   ///< one for classes
  std::vector<index_t> features;  ///< all others, ignored ones left out
  bool named = false;             ///< the user named the targets, rather than the rule
};

/// Decides: the named columns; else y0, y1, ... where the header has them; else `label`; else the last column.
/// Throws `DataError` for names that are not there and for a header with both y0 and label.
TargetColumns choose_targets(const Table& table, const TargetChoice& choice);

/// The class of every row as text, numbers in their shortest form (1 for 1.0). Throws where one is missing.
std::vector<std::string> class_texts(const Table& table, index_t column);

/// The different classes, numbers by value, else in alphabetical order: the order of the rows does not matter.
std::vector<std::string> distinct_classes(const std::vector<std::string>& texts);

/// Index of every row's class. Throws `DataError` naming the first class that is not among `classes`.
std::vector<index_t> class_indices(const Table& table, index_t column, const std::vector<std::string>& classes);

/// Columns as numbers, n x columns. Throws as `check_numbers`.
Matrix numeric_columns(const Table& table, const std::vector<index_t>& columns);

/// Throws `DataError` at the first field of these columns that is missing, no number, NaN, infinite or of a magnitude
/// that cannot be squared.
void check_numbers(const Table& table, const std::vector<index_t>& columns);

/// The columns of these names. Throws `DataError` naming the first that is not there.
std::vector<index_t> find_columns(const Table& table, const std::vector<std::string>& names,
                                  const std::string& purpose);

}  // namespace burelu
