// Zip archives: reading members with minizip, writing them uncompressed (as numpy.savez does).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/table.hpp"

namespace burelu {

class ZipReader {
 public:
  /// The archive may be gzipped as a whole. Throws `DataError` for anything that is no archive.
  explicit ZipReader(const std::string& path, ReadProgress progress = {});
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  /// Begins to read a member; false where there is none of that name. `close` must come before the next `open`.
  bool open(const std::string& name);
  std::size_t read(char* to, std::size_t size);  ///< fewer bytes only at the end
  void close();                                  ///< throws `DataError` where the check sum differs
  std::uint64_t size() const { return size_; }   ///< of the open member
  std::vector<std::string> names() const;

 private:
  struct Handle;
  [[noreturn]] void fail(const std::string& problem) const;

  std::string path_;
  ReadProgress progress_;
  std::string member_;
  std::uint64_t size_ = 0;
  std::uint64_t done_ = 0;
  std::unique_ptr<Handle> handle_;
};

/// The bytes of an archive with these members. Throws `DataError` above 4 GiB.
std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& members);

}  // namespace burelu
