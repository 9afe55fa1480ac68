// Whole files into memory.
#pragma once

#include <string>

namespace burelu {

/// The bytes of a file. Throws `DataError` saying what is wrong with it: absent, a folder, not readable.
std::string read_file(const std::string& path);

}  // namespace burelu
