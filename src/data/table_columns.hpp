// From a table to matrices.
#pragma once

#include <vector>

#include "formats/table.hpp"

namespace burelu {

/// The columns as a matrix in the memory of the table, which is left without rows. Nothing is copied to other memory.
Matrix take_columns(Table& table, const std::vector<index_t>& columns);

/// Rows of the columns, copied.
Matrix copy_cells(const Table& table, const std::vector<index_t>& columns, const std::vector<index_t>& rows);

/// Keeps the first rows only.
void keep_rows(Table& table, index_t rows);

}  // namespace burelu
