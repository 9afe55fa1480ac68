// The plain parser: numbers straight from the bytes, a second look only at what is none.
#include "io/csv_block.hpp"

#include <cstdint>
#include <cstring>
#include <limits>

#include "burelu/errors.hpp"
#include "io/decimal.hpp"
#include "io/number.hpp"
#include "io/utf.hpp"

namespace burelu {
namespace {

/// A tab is no space where it separates.
std::string_view trimmed(std::string_view field, char separator) {
  const char* spaces = separator == '\t' ? " " : " \t";
  const auto first = field.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(spaces) - first + 1);
}

/// Eight bytes at a time.
bool is_ascii(std::string_view text) {
  std::uint64_t all = 0;
  std::size_t at = 0;
  for (; at + sizeof all <= text.size(); at += sizeof all) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    all |= word;
  }
  for (; at < text.size(); ++at) all |= static_cast<unsigned char>(text[at]);
  return (all & 0x8080808080808080ULL) == 0;
}

/// Reads the fields of one line; how many there were.
std::size_t parse_line(std::string_view line, char separator, CsvRows& rows) {
  const char* at = line.data();
  const char* const end = at + line.size();
  for (std::size_t count = 1;; ++count) {
    while (at < end && *at == ' ') ++at;
    double value = 0.0;
    const char* stop = parse_decimal(at, end, value);
    if (stop != nullptr && (stop == end || *stop == separator)) {
      rows.values.push_back(plain_number(value));
    } else {
      const void* next = at < end ? std::memchr(at, separator, static_cast<std::size_t>(end - at)) : nullptr;
      stop = next != nullptr ? static_cast<const char*>(next) : end;
      rows.add(trimmed({at, static_cast<std::size_t>(stop - at)}, separator));
    }
    if (stop == end) return count;
    at = stop + 1;
  }
}

}  // namespace

void CsvRows::add(std::string_view field) {
  double value = 0.0;
  if (parse_number(field, value)) {
    values.push_back(plain_number(value));
    return;
  }
  texts.emplace_back(values.size(), field);
  values.push_back(std::numeric_limits<double>::quiet_NaN());
}

void refuse_ragged(const CsvDialect& dialect, index_t line, std::size_t fields, std::size_t width) {
  throw DataError(dialect.source + ":" + std::to_string(line) + ": this row has " + std::to_string(fields) +
                  " fields but the first has " + std::to_string(width) +
                  "; complete the row or quote fields that contain the separator");
}

void check_text(std::string_view text, const CsvDialect& dialect, index_t first_line) {
  const bool zeros = !text.empty() && std::memchr(text.data(), '\0', text.size()) != nullptr;
  if (!zeros && is_ascii(text)) return;
  index_t line = first_line;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\0')
      throw DataError(dialect.source + ":" + std::to_string(line) + ": this is not a text file (it contains zero " +
                      "bytes); pass comma- or tab-separated UTF-8 text");
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0)
      throw DataError(dialect.source + ":" + std::to_string(line) + ": this line is not UTF-8; convert the file, for " +
                      "example with iconv -f latin1 -t utf-8");
    if (text[at] == dialect.terminator) ++line;
    at += length;
  }
}

void CsvRows::clear() {
  values.clear();
  texts.clear();
  lines.clear();
  rows = line_count = 0;
  error = nullptr;
}

void parse_plain_lines(std::string_view block, const CsvDialect& dialect, std::size_t width, index_t first_line,
                       CsvRows& rows) {
  rows.clear();
  index_t expected = -1;
  try {
    check_text(block, dialect, first_line);
    while (!block.empty()) {
      const void* end = std::memchr(block.data(), dialect.terminator, block.size());
      const std::size_t size =
          end != nullptr ? static_cast<std::size_t>(static_cast<const char*>(end) - block.data()) : block.size();
      std::string_view line = block.substr(0, size);
      block.remove_prefix(end != nullptr ? size + 1 : size);
      const index_t number = rows.line_count++;
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (trimmed(line, dialect.separator).empty()) continue;
      const std::size_t fields = parse_line(line, dialect.separator, rows);
      if (fields != width) refuse_ragged(dialect, first_line + number, fields, width);
      if (number != expected) rows.lines.push_back({rows.rows, number});
      expected = number + 1;
      ++rows.rows;
    }
  } catch (...) {
    rows.error = std::current_exception();
  }
}

}  // namespace burelu
