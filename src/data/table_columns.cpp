// Rows only ever move forward, so one row of spare memory is enough.
#include "data/table_columns.hpp"

#include <algorithm>

namespace burelu {

Matrix take_columns(Table& table, const std::vector<index_t>& columns) {
  Matrix matrix;
  matrix.rows = table.rows;
  matrix.cols = static_cast<index_t>(columns.size());
  matrix.data = std::move(table.values);
  const auto width = static_cast<std::size_t>(table.columns());
  std::vector<double> row(width);
  std::size_t to = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(matrix.rows); ++i) {
    std::copy_n(matrix.data.data() + i * width, width, row.data());
    for (const index_t column : columns) matrix.data[to++] = row[static_cast<std::size_t>(column)];
  }
  matrix.data.resize(to);
  table.values.clear();
  table.rows = 0;
  return matrix;
}

Matrix copy_cells(const Table& table, const std::vector<index_t>& columns, const std::vector<index_t>& rows) {
  Matrix matrix;
  matrix.rows = static_cast<index_t>(rows.size());
  matrix.cols = static_cast<index_t>(columns.size());
  matrix.data.reserve(static_cast<std::size_t>(matrix.rows * (matrix.cols + 1)));  // room for a column of ones
  for (const index_t row : rows)
    for (const index_t column : columns) matrix.data.push_back(table.number(row, column));
  return matrix;
}

void keep_rows(Table& table, index_t rows) {
  if (rows <= 0 || rows >= table.rows) return;
  table.rows = rows;
  table.values.resize(static_cast<std::size_t>(rows * table.columns()));
}

}  // namespace burelu
