// The bytes of a file in order, a gzipped one inflated on the way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "formats/plain_file.hpp"
#include "formats/table.hpp"

namespace burelu {

class ByteStream {
 public:
  /// Throws `DataError` saying what is wrong with the file: absent, a folder, not readable.
  explicit ByteStream(const std::string& path, ReadProgress progress = {});

  /// Reads a text in memory instead, called `source` in messages. The text must outlive the stream.
  static ByteStream from_memory(std::string_view bytes, const std::string& source);

  ByteStream(ByteStream&&) noexcept;
  ~ByteStream();

  /// Fills `to`; fewer bytes than asked for only at the end. Throws `DataError` for a damaged or truncated gzip file.
  std::size_t read(char* to, std::size_t size);

  /// All that is left.
  std::string rest();

  const std::string& source() const { return source_; }
  std::uint64_t done() const { return done_; }  ///< bytes of the file used so far (of a gzipped file, compressed ones)
  std::uint64_t total() const { return total_; }  ///< size of the file; 0 where it has none, as a pipe
  bool compressed() const { return inflater_ != nullptr; }

 private:
  struct Inflater;
  ByteStream(OpenFile file, std::string source, ReadProgress progress);
  std::size_t fetch(char* to, std::size_t size);
  void detect();

  std::string source_;
  OpenFile file_;
  ReadProgress progress_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  std::string ahead_;  ///< bytes looked at to tell the kind
  std::unique_ptr<Inflater> inflater_;
};

/// The bytes of a file (inflated where it is gzipped). Throws `DataError`.
std::string read_file(const std::string& path);

/// Whether the path, less a final .gz, ends so; letters may be capital.
bool has_extension(const std::string& path, std::string_view extension);

}  // namespace burelu
