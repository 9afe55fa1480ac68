// One loop per type: bytes to an unsigned word of the right order, the word to its type, that to double.
#include "formats/elements.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "formats/table.hpp"

namespace burelu {
namespace {

template <class Word>
Word swapped(Word word) {
  Word out = 0;
  for (std::size_t byte = 0; byte < sizeof word; ++byte)
    out = static_cast<Word>((out << 4U << 4U) | ((word >> (8 * byte)) & 0xffU));
  return out;
}

template <class Number, class Word>
void decode_as(const char* from, std::size_t count, bool swap, double* to) {
  static_assert(sizeof(Number) == sizeof(Word));
  for (std::size_t k = 0; k < count; ++k) {
    Word word = 0;
    std::memcpy(&word, from + k * sizeof word, sizeof word);
    if (swap) word = swapped(word);
    to[k] = plain_number(static_cast<double>(std::bit_cast<Number>(word)));
  }
}

using Decoder = void (*)(const char*, std::size_t, bool, double*);

Decoder decoder(const ElementType& type) {
  switch (type.kind) {
    case 'f':
      if (type.size == 4) return decode_as<float, std::uint32_t>;
      return type.size == 8 ? decode_as<double, std::uint64_t> : nullptr;
    case 'i':
      if (type.size == 1) return decode_as<std::int8_t, std::uint8_t>;
      if (type.size == 2) return decode_as<std::int16_t, std::uint16_t>;
      if (type.size == 4) return decode_as<std::int32_t, std::uint32_t>;
      return type.size == 8 ? decode_as<std::int64_t, std::uint64_t> : nullptr;
    case 'u':
      if (type.size == 1) return decode_as<std::uint8_t, std::uint8_t>;
      if (type.size == 2) return decode_as<std::uint16_t, std::uint16_t>;
      if (type.size == 4) return decode_as<std::uint32_t, std::uint32_t>;
      return type.size == 8 ? decode_as<std::uint64_t, std::uint64_t> : nullptr;
    case 'b':
      return type.size == 1 ? decode_as<std::uint8_t, std::uint8_t> : nullptr;
    default:
      return nullptr;
  }
}

}  // namespace

bool is_known(const ElementType& type) { return decoder(type) != nullptr; }

void decode(const char* from, std::size_t count, const ElementType& type, double* to) {
  constexpr bool kBigHost = std::endian::native == std::endian::big;
  decoder(type)(from, count, type.big_endian != kBigHost, to);
}

}  // namespace burelu
