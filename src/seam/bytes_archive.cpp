#include "seam/bytes_archive.hpp"

#include <cstring>

namespace burelu {

void BytesWriter::raw(void* data, std::size_t size) {
  if (size > 0) bytes_.append(static_cast<const char*>(data), size);
}

void BytesReader::raw(void* data, std::size_t size) {
  if (size == 0) return;
  if (size > bytes_.size() - at_) refuse();
  std::memcpy(data, bytes_.data() + at_, size);
  at_ += size;
}

}  // namespace burelu
