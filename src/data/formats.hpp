// The formats burelu reads, one row each: adding a format is adding a reader and its row.
#pragma once

#include <string>

#include "formats/table.hpp"

namespace burelu {

/// A file (gzipped or not), or builtin:NAME?key=value&..., as a table. Throws `DataError`.
Table read_table(const std::string& source, const ReadOptions& options = {});

}  // namespace burelu
