// LIBSVM's sparse text: a label, then index:value pairs, indices counted from 1 and increasing.
#pragma once

#include "formats/byte_stream.hpp"
#include "formats/table.hpp"

namespace burelu {

/// Columns x0, x1, ... (index 1 is x0; at least `least_features` of them), then `label`. Throws `DataError` with
/// file:line and the field.
Table read_libsvm(ByteStream& stream, index_t least_features = 0);

}  // namespace burelu
