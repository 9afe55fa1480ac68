// fopen and fread with what went wrong as a sentence.
#include "formats/plain_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "burelu/errors.hpp"

namespace burelu {

OpenFile open_file(const std::string& path) {
  std::error_code ignored;
  if (path.empty()) throw DataError("the file name is empty; name a file");
  if (std::filesystem::is_directory(path, ignored))
    throw DataError(path + " is a folder, not a file; name a file in it");
  OpenFile file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw DataError("cannot read " + path + " (" + std::strerror(errno) + "); check the name and permissions");
  return file;
}

std::size_t read_bytes(std::FILE* file, const std::string& source, char* to, std::size_t size) {
  const std::size_t got = std::fread(to, 1, size, file);
  if (std::ferror(file) != 0)
    throw DataError("reading " + source + " failed (" + std::strerror(errno) + "); check the disk and try again");
  return got;
}

std::string read_plain_file(const std::string& path) {
  constexpr std::size_t kBlock = std::size_t{1} << 17;
  const OpenFile file = open_file(path);
  std::string out;
  std::size_t got = kBlock;
  while (got == kBlock) {
    const std::size_t before = out.size();
    out.resize(before + kBlock);
    got = read_bytes(file.get(), path, out.data() + before, kBlock);
    out.resize(before + got);
  }
  return out;
}

}  // namespace burelu
