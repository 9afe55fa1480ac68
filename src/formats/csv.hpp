// Text separated by commas, semicolons, tabs, bars or spaces (RFC 4180): quoted fields, blank lines, CRLF, a UTF-8 byte
// order mark.
#pragma once

#include <string>
#include <string_view>

#include "formats/byte_stream.hpp"
#include "formats/table.hpp"

namespace burelu {

/// Separator of the text: tab, comma, semicolon, bar or (in runs) space; 0 lets the first lines decide.
inline constexpr char kGuessSeparator = '\0';

/// Reads once from front to back, in blocks that all threads parse side by side. Throws `DataError` with
/// file:line:column.
Table read_csv(ByteStream& stream, char separator = kGuessSeparator, Header header = Header::automatic);

/// The same for a text in memory.
Table parse_csv(std::string_view text, const std::string& source, char separator = kGuessSeparator,
                Header header = Header::automatic);

/// A field as RFC 4180 writes it: quoted where it has to be.
std::string csv_field(const std::string& text);

}  // namespace burelu
