// The IDX files of MNIST: images, and their labels in a file beside them.
#pragma once

#include <string>

#include "formats/byte_stream.hpp"
#include "formats/table.hpp"

namespace burelu {

/// One IDX file: a row per entry of the first axis, columns x0, x1, ... Throws `DataError`.
Table read_idx(ByteStream& stream);

/// The file of labels that belongs to a file of images ("images-idx3" to "labels-idx1"), where there is one; else "".
std::string idx_labels(const std::string& images);

/// Images and, where their labels are found, the column `label`. Throws `DataError`.
Table read_idx_pair(const std::string& path, const ReadProgress& progress = {});

}  // namespace burelu
