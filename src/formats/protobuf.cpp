// Varints: seven bits per byte, the lowest first, the top bit says that more follow.
#include "formats/protobuf.hpp"

#include "burelu/errors.hpp"

namespace burelu {

void ProtoWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>((value & 0x7fU) | 0x80U);
  bytes_ += static_cast<char>(value);
}

ProtoWriter& ProtoWriter::number(std::uint32_t field, std::uint64_t value) {
  varint(std::uint64_t{field} << 3U);
  varint(value);
  return *this;
}

ProtoWriter& ProtoWriter::text(std::uint32_t field, std::string_view bytes) {
  varint(std::uint64_t{field} << 3U | 2U);
  varint(bytes.size());
  bytes_ += bytes;
  return *this;
}

void ProtoReader::fail() const {
  throw DataError(path_ + ": the ONNX file is damaged or cut off; export the network again");
}

std::uint64_t ProtoReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (left_.empty()) fail();
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  fail();
}

std::uint64_t ProtoReader::fixed(std::size_t size) {
  if (left_.size() < size) fail();
  std::uint64_t value = 0;
  for (std::size_t k = size; k > 0; --k) value = value << 8U | static_cast<unsigned char>(left_[k - 1]);
  left_.remove_prefix(size);
  return value;
}

bool ProtoReader::next() {
  if (left_.empty()) return false;
  const std::uint64_t key = varint();
  field_ = static_cast<std::uint32_t>(key >> 3U);
  type_ = key & 7U;
  if (field_ == 0 || key >> 3U > 0x1fffffffU) fail();
  text_ = {};
  number_ = 0;
  if (type_ == 0) {
    number_ = varint();
  } else if (type_ == 1) {
    number_ = fixed(8);
  } else if (type_ == 5) {
    number_ = fixed(4);
  } else if (type_ == 2) {
    const std::uint64_t size = varint();
    if (size > left_.size()) fail();
    text_ = left_.substr(0, size);
    left_.remove_prefix(size);
  } else {
    fail();  // groups: not in ONNX
  }
  return true;
}

void ProtoReader::append_to(std::vector<std::int64_t>& values) const {
  if (!has_length()) {
    values.push_back(static_cast<std::int64_t>(number_));
    return;
  }
  ProtoReader packed(text_, path_);
  while (!packed.left_.empty()) values.push_back(static_cast<std::int64_t>(packed.varint()));
}

}  // namespace burelu
