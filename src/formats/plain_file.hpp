// A file of bytes for reading, as it is: no gzip, hence no library behind it.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace burelu {

using OpenFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// Throws `DataError` saying what is wrong with the file: no name, absent, a folder, not readable.
OpenFile open_file(const std::string& path);

/// Bytes that come next, fewer than asked for only at the end. Throws `DataError` where the disk fails.
std::size_t read_bytes(std::FILE* file, const std::string& source, char* to, std::size_t size);

/// All bytes of a file.
std::string read_plain_file(const std::string& path);

}  // namespace burelu
