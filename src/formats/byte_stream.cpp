// fread, and zlib where the file begins with the two bytes of gzip (RFC 1952; members may follow each other).
#include "formats/byte_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "burelu/errors.hpp"

namespace burelu {
namespace {

constexpr std::size_t kInput = std::size_t{1} << 17;
constexpr std::string_view kGzip = "\x1f\x8b";

OpenFile open_memory(std::string_view bytes) {
  // fmemopen takes no empty buffer; its "r" mode never writes.
  std::FILE* file = bytes.empty() ? std::fopen("/dev/null", "rb")
                                  : ::fmemopen(const_cast<char*>(bytes.data()), bytes.size(), "rb");  // NOLINT
  return {file, &std::fclose};
}

}  // namespace

struct ByteStream::Inflater {
  z_stream z{};
  std::string input = std::string(kInput, '\0');
  bool member_ended = false;

  Inflater() {
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&z); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

ByteStream::ByteStream(OpenFile file, std::string source, ReadProgress progress)
    : source_(std::move(source)), file_(std::move(file)), progress_(std::move(progress)) {
  if (!file_) throw DataError("cannot read " + source_ + " (" + std::strerror(errno) + ")");
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // every reader asks for large blocks
  detect();
}

ByteStream::ByteStream(const std::string& path, ReadProgress progress)
    : ByteStream(open_file(path), path, std::move(progress)) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error) total_ = size;
}

ByteStream ByteStream::from_memory(std::string_view bytes, const std::string& source) {
  ByteStream stream(open_memory(bytes), source, {});
  stream.total_ = bytes.size();
  return stream;
}

ByteStream::ByteStream(ByteStream&&) noexcept = default;
ByteStream::~ByteStream() = default;

void ByteStream::detect() {
  std::string first(kGzip.size(), '\0');
  first.resize(fetch(first.data(), first.size()));
  ahead_ = first;
  if (first == kGzip) inflater_ = std::make_unique<Inflater>();
}

/// Bytes of the file itself.
std::size_t ByteStream::fetch(char* to, std::size_t size) {
  std::size_t got = std::min(size, ahead_.size());
  std::copy_n(ahead_.begin(), got, to);
  ahead_.erase(0, got);
  if (got < size) {
    const std::size_t more = read_bytes(file_.get(), source_, to + got, size - got);
    got += more;
    done_ += more;
    if (progress_) progress_(done_, total_);
  }
  return got;
}

std::size_t ByteStream::read(char* to, std::size_t size) {
  if (!inflater_) return fetch(to, size);
  z_stream& z = inflater_->z;
  std::size_t got = 0;
  while (got < size) {
    if (z.avail_in == 0) {
      z.avail_in = static_cast<uInt>(fetch(inflater_->input.data(), kInput));
      z.next_in = reinterpret_cast<Bytef*>(inflater_->input.data());
      if (z.avail_in == 0 && inflater_->member_ended) return got;
      if (z.avail_in == 0)
        throw DataError(source_ + ": the gzip file is cut off after " + std::to_string(done_) +
                        " bytes; fetch or compress it again");
    }
    if (inflater_->member_ended) {
      inflateReset(&z);
      inflater_->member_ended = false;
    }
    z.next_out = reinterpret_cast<Bytef*>(to + got);
    const std::size_t block = std::min<std::size_t>(size - got, 1U << 30U);
    z.avail_out = static_cast<uInt>(block);
    const int status = inflate(&z, Z_NO_FLUSH);
    got += block - z.avail_out;
    inflater_->member_ended = status == Z_STREAM_END;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      throw DataError(source_ + ": the gzip file is damaged near byte " + std::to_string(done_ - z.avail_in) + " (" +
                      (z.msg != nullptr ? z.msg : "no valid data") + "); fetch or compress it again");
  }
  return got;
}

std::string ByteStream::rest() {
  std::string bytes;
  if (!inflater_ && total_ > done_) bytes.reserve(static_cast<std::size_t>(total_));
  std::string block(kInput, '\0');
  while (const std::size_t got = read(block.data(), block.size())) bytes.append(block, 0, got);
  return bytes;
}

std::string read_file(const std::string& path) { return ByteStream(path).rest(); }

bool has_extension(const std::string& path, std::string_view extension) {
  const auto ends = [](std::string_view text, std::string_view end) {
    return text.size() >= end.size() &&
           std::equal(end.begin(), end.end(), text.end() - static_cast<long>(end.size()),
                      [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
  };
  const std::string_view name = path;
  return ends(ends(name, ".gz") ? name.substr(0, name.size() - 3) : name, extension);
}

}  // namespace burelu
