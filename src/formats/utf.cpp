// The bit patterns of RFC 3629.
#include "formats/utf.hpp"

#include <cstdint>

namespace burelu {

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&text](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(k) & 0xC0U) != 0x80) return 0;
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
  if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) return 0;
  return length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::u32string ucs4_of_utf8(std::string_view text) {
  std::u32string points;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    constexpr unsigned kFirstBits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    char32_t point = length == 0 ? 0xFFFD : static_cast<unsigned char>(text[0]) & kFirstBits[length];
    for (std::size_t k = 1; k < length; ++k) point = point << 6U | (static_cast<unsigned char>(text[k]) & 0x3FU);
    points += point;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return points;
}

std::string utf8_of_ucs4(std::string_view bytes, bool big_endian) {
  std::string text;
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t point = 0;
    for (std::size_t k = 0; k < 4; ++k)
      point = point << 8U | static_cast<unsigned char>(bytes[at + (big_endian ? k : 3 - k)]);
    if (point == 0) break;
    const auto add = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (point < 0x80) {
      add(point);
    } else if (point < 0x800) {
      add(0xC0 | point >> 6U);
      add(0x80 | (point & 0x3FU));
    } else if (point < 0x10000) {
      add(0xE0 | point >> 12U);
      add(0x80 | (point >> 6U & 0x3FU));
      add(0x80 | (point & 0x3FU));
    } else if (point < 0x110000) {
      add(0xF0 | point >> 18U);
      add(0x80 | (point >> 12U & 0x3FU));
      add(0x80 | (point >> 6U & 0x3FU));
      add(0x80 | (point & 0x3FU));
    } else {
      add(0xFF);
    }
  }
  return text;
}

}  // namespace burelu
