// The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding), as much of it as ONNX needs: varints,
// and fields with a length. Small enough to keep; the full library would be the largest dependency of the program.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace burelu {

class ProtoWriter {
 public:
  ProtoWriter& number(std::uint32_t field, std::uint64_t value);
  ProtoWriter& text(std::uint32_t field, std::string_view bytes);
  ProtoWriter& message(std::uint32_t field, const ProtoWriter& inner) { return text(field, inner.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value);
  std::string bytes_;
};

/// Walks the fields of one message. Throws `DataError` where the bytes are no message.
class ProtoReader {
 public:
  ProtoReader(std::string_view bytes, std::string path) : left_(bytes), path_(std::move(path)) {}

  bool next();  ///< false at the end
  std::uint32_t field() const { return field_; }
  std::uint64_t number() const { return number_; }  ///< of a varint or a fixed-width field
  std::string_view text() const { return text_; }   ///< of a field with a length
  bool has_length() const { return type_ == 2; }
  ProtoReader message() const { return {text_, path_}; }

  /// The numbers of a repeated field: one by itself, or several packed.
  void append_to(std::vector<std::int64_t>& values) const;

  [[noreturn]] void fail() const;

 private:
  std::uint64_t varint();
  std::uint64_t fixed(std::size_t size);

  std::string_view left_;
  std::string path_;
  std::uint32_t field_ = 0;
  unsigned type_ = 0;
  std::uint64_t number_ = 0;
  std::string_view text_;
};

}  // namespace burelu
