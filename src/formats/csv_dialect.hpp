// What the first bytes of a text file say about how it is written, or about what it is instead.
#pragma once

#include <string>
#include <string_view>

namespace burelu {

/// Throws `DataError` with the right name where the bytes begin another kind of file: UTF-16, NPY, a zip archive, JSON.
void refuse_other_kinds(std::string_view begin, const std::string& source);

/// Lines of `label index:value ...`, as far as the text goes.
bool looks_like_libsvm(std::string_view begin);

/// Of tab, comma, semicolon, bar and space the separator with which most lines have the same number of fields, most of
/// them numbers (also with a decimal comma, which is refused later with that reason).
char guess_separator(std::string_view begin);

/// "5,8": digits, one comma, digits.
bool has_decimal_comma(std::string_view field);

/// Fields of a line; spaces separate in runs, and none stand at the ends.
std::size_t count_fields(std::string_view line, char separator);

}  // namespace burelu
