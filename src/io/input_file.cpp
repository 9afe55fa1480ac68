// Reads a file with one sentence for each way it can fail.
#include "io/input_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "burelu/errors.hpp"

namespace burelu {

std::string read_file(const std::string& path) {
  std::error_code ignored;
  if (path.empty()) throw DataError("the file name is empty; name a file");
  if (std::filesystem::is_directory(path, ignored))
    throw DataError(path + " is a folder, not a file; name a file in it");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw DataError("cannot read " + path + " (" + std::strerror(errno) + "); check the name and permissions");
  std::string bytes;
  const auto size = std::filesystem::file_size(path, ignored);
  if (!ignored) bytes.reserve(static_cast<std::size_t>(size));
  char buffer[1 << 16];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file.get())) bytes.append(buffer, got);
  if (std::ferror(file.get()) != 0) throw DataError("reading " + path + " failed (" + std::strerror(errno) + ")");
  return bytes;
}

}  // namespace burelu
