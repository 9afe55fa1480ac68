// UTF-8 to UCS-4 and back.
#pragma once

#include <string>
#include <string_view>

namespace burelu {

/// Bytes of the sequence at the front of `text` (RFC 3629), 0 where there is none.
std::size_t utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

/// The code points of valid UTF-8; invalid bytes become U+FFFD.
std::u32string ucs4_of_utf8(std::string_view text);

/// Four bytes per code point, up to the first zero; a code point that is none becomes an invalid sequence.
std::string utf8_of_ucs4(std::string_view bytes, bool big_endian);

}  // namespace burelu
