// NPZ archives as data: the array X and, for targets, y or Y.
#pragma once

#include <string>

#include "formats/table.hpp"

namespace burelu {

/// Columns x0, x1, ... of X; then `label` for one column of targets (numbers or text), or y0, y1, ... for several.
/// Throws `DataError`.
Table read_npz(const std::string& path, const ReadProgress& progress = {});

}  // namespace burelu
