// Columns that are probably not what they were taken for.
#pragma once

#include "data/labels.hpp"
#include "formats/warn.hpp"

namespace burelu {

/// Warns of features that number the rows, as the index that pandas writes, and of targets that were found by their
/// names y0, y1, ... while the rest of the header does not look like that.
void warn_of_columns(const Table& table, const TargetColumns& chosen, const Warn& listener);

}  // namespace burelu
