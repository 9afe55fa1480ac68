// minizip for reading; the three records of a stored member (PKWARE's APPNOTE, sections 4.3.7, 4.3.12, 4.3.16) written
// by hand.
#include "formats/zip_archive.hpp"

#include <minizip/unzip.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>

#include "burelu/errors.hpp"
#include "formats/byte_stream.hpp"

namespace burelu {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// minizip seeks, which an inflating stream cannot: a nameless temporary file holds what came out.
File inflated(ByteStream& stream) {
  File file(std::tmpfile(), &std::fclose);
  if (!file) throw DataError("cannot inflate " + stream.source() + ": no temporary file; set TMPDIR");
  std::string block(std::size_t{1} << 20, '\0');
  while (const std::size_t got = stream.read(block.data(), block.size()))
    if (std::fwrite(block.data(), 1, got, file.get()) != got)
      throw DataError("cannot inflate " + stream.source() + ": the temporary folder is full; set TMPDIR");
  std::fflush(file.get());
  return file;
}

void append(std::string& bytes, std::uint64_t value, int size) {
  for (int byte = 0; byte < size; ++byte) bytes += static_cast<char>(value >> (8 * byte) & 0xffU);
}

/// From "version needed" to the length of the name: the same in both records of a member.
void append_common(std::string& bytes, const std::string& name, const std::string& content) {
  append(bytes, 20, 2);      // version needed
  append(bytes, 0x0800, 2);  // names are UTF-8
  append(bytes, 0, 2);       // stored
  append(bytes, 0, 2);       // midnight
  append(bytes, 0x21, 2);    // of 1 January 1980: the same model gives the same bytes
  append(bytes, crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()), 4);
  append(bytes, content.size(), 4);
  append(bytes, content.size(), 4);
  append(bytes, name.size(), 2);
}

}  // namespace

struct ZipReader::Handle {
  File temporary{nullptr, &std::fclose};
  unzFile file = nullptr;
  ~Handle() {
    if (file != nullptr) unzClose(file);
  }
};

void ZipReader::fail(const std::string& problem) const {
  throw DataError(path_ + (member_.empty() ? "" : " (" + member_ + ")") + ": " + problem +
                  "; save it again with numpy.savez");
}

ZipReader::ZipReader(const std::string& path, ReadProgress progress)
    : path_(path), progress_(std::move(progress)), handle_(std::make_unique<Handle>()) {
  ByteStream stream(path);
  std::string name = path;
  if (stream.compressed()) {
    handle_->temporary = inflated(stream);
    name = "/proc/self/fd/" + std::to_string(::fileno(handle_->temporary.get()));
  }
  handle_->file = unzOpen64(name.c_str());
  if (handle_->file == nullptr) fail("this is no zip archive, or it is cut off");
}

ZipReader::~ZipReader() = default;

bool ZipReader::open(const std::string& name) {
  if (unzLocateFile(handle_->file, name.c_str(), 1) != UNZ_OK) return false;
  member_ = name;
  unz_file_info64 info{};
  if (unzGetCurrentFileInfo64(handle_->file, &info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK ||
      unzOpenCurrentFile(handle_->file) != UNZ_OK)
    fail("the member is damaged or packed in a way that is not read");
  size_ = info.uncompressed_size;
  if (size_ > 1100 * (info.compressed_size + 1)) fail("the member promises more than it can hold");
  return true;
}

std::size_t ZipReader::read(char* to, std::size_t size) {
  std::size_t got = 0;
  while (got < size) {
    const auto block = static_cast<unsigned>(std::min<std::size_t>(size - got, 1U << 20U));
    const int count = unzReadCurrentFile(handle_->file, to + got, block);
    if (count < 0) fail("the member is damaged or cut off");
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  done_ += got;
  if (progress_) progress_(done_, 0);
  return got;
}

void ZipReader::close() {
  if (unzCloseCurrentFile(handle_->file) != UNZ_OK) fail("the check sum differs, so the member is damaged");
  member_.clear();
}

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> names;
  char name[256] = {};
  for (int status = unzGoToFirstFile(handle_->file); status == UNZ_OK; status = unzGoToNextFile(handle_->file))
    if (unzGetCurrentFileInfo64(handle_->file, nullptr, name, sizeof name - 1, nullptr, 0, nullptr, 0) == UNZ_OK)
      names.emplace_back(name);
  return names;
}

std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string bytes;
  std::string directory;
  for (const auto& [name, content] : members) {
    append(directory, 0x02014b50, 4);
    append(directory, 20, 2);
    append_common(directory, name, content);
    directory.append(2 + 2 + 2 + 2 + 4, '\0');  // no extra field, comment, disk or attributes
    append(directory, bytes.size(), 4);
    directory += name;
    append(bytes, 0x04034b50, 4);
    append_common(bytes, name, content);
    append(bytes, 0, 2);  // no extra field
    bytes += name + content;
  }
  if (bytes.size() + directory.size() > 0xfffffff0U) throw DataError("an NPZ file above 4 GiB is not written");
  const std::size_t start = bytes.size();
  bytes += directory;
  append(bytes, 0x06054b50, 4);
  append(bytes, 0, 4);
  append(bytes, members.size(), 2);
  append(bytes, members.size(), 2);
  append(bytes, directory.size(), 4);
  append(bytes, start, 4);
  append(bytes, 0, 2);
  return bytes;
}

}  // namespace burelu
